"""Inside the sandbox: reads an archive and hands out its entries one after another."""
import socket
def unpack_to(channel: socket.socket) -> None:
    return None
