"""Listens on a free port, writes it to PORT_FILE, and a line for every connection to LOG."""

import pathlib
import socket
import sys

port_file, log = sys.argv[1:]
pathlib.Path(log).touch()
listener = socket.create_server(("127.0.0.1", 0))
pathlib.Path(port_file).write_text(str(listener.getsockname()[1]))
while True:
    connection, _ = listener.accept()
    with connection, open(log, "ab") as out:
        out.write(connection.recv(100) + b"\n")
