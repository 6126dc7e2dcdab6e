"""The kernels of registration."""
