"""Labels for what a run leaves behind, and files that keep it.

============  ==============================================================================
`dataset`     arrays and labels to an `xarray.Dataset`
`provenance`  what a result must remember about how it was made
`store`       results as netCDF-4 files
============  ==============================================================================
"""
