import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { placeOf } from './parts/place';

const root = document.getElementById('workbench');
if (root) mount(App, { target: root, props: { place: placeOf(root) } });
