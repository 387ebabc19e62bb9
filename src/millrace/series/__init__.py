"""Pure functions on metric series: packing, summing up, merging, thinning out. They know no database."""
