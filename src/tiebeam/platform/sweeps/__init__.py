"""Many like computations: by processes of this machine or a Dask cluster, resumable. No Django."""
