"""One shop, one company, the whole way: the main job with only its two ends pretended."""
