"""From a request to a panorama: the only room that reaches ldm3d's engines."""
