"""What a run means: statistics with their simulation errors, on plain and on labelled arrays.

=============  ==================================================================
`sample`       weight and replicate of every path
`tree`         sums over paths that do not depend on blocks
`array`        statistics: numpy in, numpy out
`precision`    the same names with standard errors and intervals
`summary`      the statistics of a whole run, ready for tables and JSON
`labelled`     the names of `array` on labelled arrays; the only one with xarray
=============  ==================================================================
"""
