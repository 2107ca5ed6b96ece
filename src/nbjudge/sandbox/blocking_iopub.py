"""A student's kernel publishes no faster than the grader reads.

ipykernel collects prints for a fifth of a second and queues what it publishes without a bound:
a loop that prints fills the box's memory before the grader sees a byte of it, and is then called
"out of memory". And its socket drops messages when the reader is slow, answers among them. Here
who publishes waits, and nothing is dropped.

This runs inside the box. Code that goes around it costs its own box's memory only.
"""

import threading

import zmq
from ipykernel.iostream import IOPubThread, OutStream

QUEUED_MESSAGES = 16  # in the socket, before a send waits
QUEUED_BYTES = 4 << 20  # waiting to be sent, before who publishes waits
PIECE = 1 << 18  # characters that are printed before they are sent, and the most of one message
LARGEST_MESSAGE = 30 << 20  # bytes; the grader breaks the connection at a little more


def make_patient(socket: zmq.Socket) -> None:
    """Let a publishing socket wait for its reader; to be called before it is bound."""
    socket.setsockopt(zmq.SNDHWM, QUEUED_MESSAGES)
    socket.setsockopt(zmq.XPUB_NODROP, 1)


class PatientPublisher(IOPubThread):
    """ipykernel's publishing thread, with a queue of bounded size."""

    def __init__(self, *args, **kwargs):
        """See `IOPubThread`."""
        self._queued = 0  # bytes, about: an interrupt can come in the middle of counting
        self._sent = threading.Condition()
        super().__init__(*args, **kwargs)

    def send_multipart(self, msg: list[bytes], *args, **kwargs) -> None:
        """Queue a message when there is room for it; one that is too large is left out."""
        size = sum(len(part) for part in msg)
        if self._is_elsewhere():
            if size > LARGEST_MESSAGE:
                print(f"[An output of {size:,} bytes was left out.]")
                return
            self.wait_for_room()
        self._queued += size
        super().send_multipart(msg, *args, **kwargs)

    def wait_for_room(self) -> None:
        """Return when little is queued; at once in the thread that does the sending."""
        # private: ipykernel IOPubThread._events, the count is only about right: nobody may wait for
        # what is not queued
        while self._is_elsewhere() and self._events and self._queued > QUEUED_BYTES:
            with self._sent:
                self._sent.wait(0.1)

    def _really_send(self, msg: list[bytes], *args, **kwargs) -> None:
        # private: ipykernel IOPubThread._really_send, nothing public tells when a message is sent
        super()._really_send(msg, *args, **kwargs)
        if threading.current_thread() is self.thread:
            left = self._queued - sum(len(part) for part in msg)
            self._queued = max(0, left) if self._events else 0
            with self._sent:
                self._sent.notify_all()

    def _is_elsewhere(self) -> bool:
        """Whether this is another thread than the one that sends, and that one is there."""
        return self.thread.is_alive() and threading.current_thread() is not self.thread


class PatientStream(OutStream):
    """ipykernel's stdout and stderr, which send what is printed before it gets large."""

    _unsent = 0  # characters

    def write(self, string: str) -> int:
        """Take a text, in pieces; waits while many are on their way."""
        if not isinstance(string, str) or len(string) <= PIECE:
            return self._write_piece(string)
        for start in range(0, len(string), PIECE):
            self._write_piece(string[start : start + PIECE])
        return len(string)

    def _write_piece(self, string: str) -> int:
        written = super().write(string)
        self._unsent += len(string)
        # private: ipykernel OutStream._is_master_process, as in its own `write`: forks do not send
        if self._unsent >= PIECE and self._is_master_process():
            self._unsent = 0
            self.flush()
            self.pub_thread.wait_for_room()
        return written
