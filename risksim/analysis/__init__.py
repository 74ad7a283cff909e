"""Questions: run the pipeline several times and compare."""
