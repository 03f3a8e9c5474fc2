"""Aid requests from draft to the administrator's desk."""
