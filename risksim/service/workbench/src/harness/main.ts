import { mount } from 'svelte';
import Harness from './Harness.svelte';

const place = document.getElementById('harness');
if (place) mount(Harness, { target: place });
