"""The cases, folder by folder: each module has `all()`, which yields them."""
