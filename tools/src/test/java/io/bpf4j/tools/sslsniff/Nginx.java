package io.bpf4j.tools.sslsniff;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An nginx of our own with one worker: it answers a request for PATH with "answer to PATH" and a line end. */
final class Nginx implements AutoCloseable {
    private static final String CONFIGURATION = """
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 256; }
            http {
                access_log off;
                client_body_temp_path client_body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                keepalive_requests 100000;
                default_type text/plain;
                server {
                    listen 127.0.0.1:PORT ssl;
                    ssl_certificate c.pem;
                    ssl_certificate_key k.pem;
                    location / { return 200 "answer to $request_uri\\n"; }
                }
            }
            """;

    private final Process master;
    private final int port;

    /** Starts one whose files are in a folder. */
    static Nginx start(Path folder) throws IOException, InterruptedException {
        Live.certificate(folder);
        int port = Live.freePort();
        Files.writeString(folder.resolve("nginx.conf"),
                CONFIGURATION.replace("PORT", Integer.toString(port)));
        Process master = new ProcessBuilder("nginx", "-p", folder.toString(), "-c",
                folder.resolve("nginx.conf").toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile()).start();
        Live.awaitPort(port, master);
        return new Nginx(master, port);
    }

    private Nginx(Process master, int port) {
        this.master = master;
        this.port = port;
    }

    /** Returns the process that serves requests. */
    String worker() {
        return Long.toString(Live.await(() -> master.children().findFirst(), "nginx has no worker").pid());
    }

    /** Returns the address of a path. */
    String url(String path) {
        return "https://127.0.0.1:" + port + path;
    }

    @Override
    public void close() {
        // SIGTERM: the master ends its worker.
        master.destroy();
        master.onExit().join();
    }
}
