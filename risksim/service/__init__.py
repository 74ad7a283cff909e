"""The service: deals, runs and questions behind HTTP, and the page where investors stress a deal.

::

    settings    what a machine may say: folder, database, address, limits
    store       what is kept: accounts, deals and their revisions, runs, files; backup
    access      who asks, and what they may do
    work        jobs that survive: a table of runs, workers that claim them, a keeper that watches workers
    live        the answer that moves with a slider
    routes      HTTP: one file a subject, thin
    pages       HTML that needs no script, and the frame of the workbench
    workbench   the source of the workbench (TypeScript and Svelte); what is built of it lies in static/

It adds no model of its own: answers come from `risksim.api`, `risksim.analysis` and `risksim.replies`.
"""
