"""Content-addressed files. Each module is one place where they can be kept, and implements `app.ports.Blobs`."""
