"""What is kept: tables, deals and their revisions, runs, files of results, backups."""
