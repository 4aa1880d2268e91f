"""imagewright: compose, validate, version and export ESX images over the vSphere 9.1 image API."""
