"""What `start.py` does before anything is installed: the standard library is all that these modules may import."""
