package io.bpf4j.bench.compare.nginx;

import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An nginx of our own with one worker on the first CPU: files of some sizes over TLS on loopback, and a count of
 * requests over a plain connection.
 */
final class Server implements AutoCloseable {

    private static final String CONFIGURATION = """
            daemon off;
            USER
            worker_processes 1;
            AFFINITY
            pid nginx.pid;
            error_log error.log;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path client_body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                sendfile on;
                server {
                    listen 127.0.0.1:TLS ssl;
                    ssl_certificate c.pem;
                    ssl_certificate_key k.pem;
                    root FOLDER;
                }
                server {
                    listen 127.0.0.1:STATUS;
                    location / { stub_status; }
                }
            }
            """;
    /** The third number of the status page's line of numbers (ngx_http_stub_status_module). */
    private static final Pattern REQUESTS = Pattern.compile("\\n *\\d+ +\\d+ +(\\d+)");
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);
    private static final long CHECK = TimeUnit.MILLISECONDS.toNanos(5);

    private final Process master;
    private final int tls;
    private final int worker;
    private final Socket status;
    private long asked;

    /** Starts one with files in a folder that has a certificate. */
    Server(Path folder) throws IOException {
        tls = freePort();
        int plain = freePort();
        boolean isRoot = System.getProperty("user.name").equals("root");
        Files.writeString(folder.resolve("nginx.conf"), CONFIGURATION.replace("TLS", Integer.toString(tls))
                .replace("STATUS", Integer.toString(plain)).replace("FOLDER", folder.toString())
                .replace("USER", isRoot ? "user root;" : "")
                .replace("AFFINITY", Runtime.getRuntime().availableProcessors() > 1
                        ? "worker_cpu_affinity 1;"
                        : ""));
        master = new ProcessBuilder("nginx", "-p", folder.toString(), "-c",
                folder.resolve("nginx.conf").toString()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile()).start();
        status = connect(plain, folder);
        worker = await(() -> master.children().findFirst().map(handle -> (int) handle.pid()),
                "nginx has no worker, see " + folder);
    }

    private Socket connect(int port, Path folder) {
        return await(() -> {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setTcpNoDelay(true);
                return Optional.of(socket);
            } catch (IOException e) {
                return Optional.empty();
            }
        }, "nginx does not listen, see " + folder);
    }

    /** Something that may be there or not yet. */
    @FunctionalInterface
    private interface Look<T> {
        Optional<T> look();
    }

    private <T> T await(Look<T> what, String orElse) {
        long end = System.nanoTime() + PATIENCE;
        Optional<T> found = what.look();
        while (found.isEmpty()) {
            if (System.nanoTime() > end || !master.isAlive()) {
                master.destroy();
                throw new UserError(ExitCode.FAILED, orElse);
            }
            LockSupport.parkNanos(CHECK);
            found = what.look();
        }
        return found.get();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Returns the process that serves. */
    int worker() {
        return worker;
    }

    /** Returns the address of a file. */
    String url(String file) {
        return String.format(Locale.ROOT, "https://127.0.0.1:%d/%s", tls, file);
    }

    /** Returns how many requests were answered so far, our own questions not among them. */
    long requests() {
        try {
            OutputStream out = status.getOutputStream();
            out.write("GET / HTTP/1.1\r\nHost: status\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
            asked++;
            StringBuilder text = new StringBuilder();
            byte[] part = new byte[1024];
            while (text.indexOf("Waiting:") < 0) {
                int length = status.getInputStream().read(part);
                if (length < 0) {
                    throw new IllegalStateException("nginx has closed the connection");
                }
                text.append(new String(part, 0, length, StandardCharsets.US_ASCII));
            }
            Matcher numbers = REQUESTS.matcher(text);
            if (!numbers.find()) {
                throw new IllegalStateException("nginx's status has no numbers: " + text);
            }
            return Long.parseLong(numbers.group(1)) - asked;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns how long the serving process has run, in nanoseconds (/proc/PID/schedstat, first number). */
    long processorTime() {
        try {
            return Long.parseLong(Files.readString(Path.of("/proc/" + worker + "/schedstat")).split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        status.close();
        master.destroy();
        master.onExit().join();
    }
}
