"""Open311 GeoReport v2: the doors through which apps and other cities' systems send reports here and follow them."""
