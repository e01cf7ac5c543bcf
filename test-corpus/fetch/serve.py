# Serves by the class H of the script before this, over TLS on a free port of
# loopback, with the certificate in the current folder; prints the port.
server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H)
server.daemon_threads = True
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('cert.pem', 'key.pem')
server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_port, flush=True)
server.serve_forever()
