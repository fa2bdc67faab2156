"""A line to an HTTP server that loses answers: the request goes through, the server works it off to its end, and every so-manieth
answer is cut off instead of being passed on. What the client then cannot know is whether its request had an effect.
"""
import http.client
import http.server
import socket
import struct
import threading

UPSTREAM_WAIT_S = 120


class CuttingProxy:
    def __init__(self, to_port, cut_every):
        self.to_port, self.cut_every = to_port, cut_every
        self.lock = threading.Lock()
        self.answers = self.cuts = self.broken = 0
        self.cut_effects = {}  # by called method: how many of its answers were cut
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                proxy.pass_on(self)

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that is killed breaks its connections

        self.server = Server(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def pass_on(self, request):
        body = request.rfile.read(int(request.headers['Content-Length']))
        headers = {name: value for name, value in request.headers.items() if name.lower() not in ('host', 'connection', 'content-length')}
        upstream = http.client.HTTPConnection('127.0.0.1', self.to_port, timeout=UPSTREAM_WAIT_S)
        try:
            upstream.request('POST', request.path, body, headers)
            answer = upstream.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.broken += 1
            return self.cut(request)
        finally:
            upstream.close()
        with self.lock:
            self.answers += 1
            is_cut = self.cut_every and self.answers % self.cut_every == 0
            if is_cut:
                self.cuts += 1
                method = body.split(b'"method":"', 1)[-1].split(b'"', 1)[0].decode(errors='replace')
                self.cut_effects[method] = self.cut_effects.get(method, 0) + 1
        if is_cut:
            return self.cut(request)
        request.send_response(answer.status)
        for name in ('Content-Type', 'Retry-After'):
            if answer.headers.get(name):
                request.send_header(name, answer.headers[name])
        request.send_header('Content-Length', str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    @staticmethod
    def cut(request):
        # Linger of 0: the connection is reset, as when a machine in between goes down.
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        request.close_connection = True
        request.wfile = open('/dev/null', 'wb')
        request.connection.close()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
