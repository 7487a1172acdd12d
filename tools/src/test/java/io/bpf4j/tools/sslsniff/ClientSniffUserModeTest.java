package io.bpf4j.tools.sslsniff;

/** The same conversations, with the probes in the clients and the server themselves. */
class ClientSniffUserModeTest extends ClientSniffTest {
    /** Python loads its libssl late: what it sends before the probe is there is not seen. */
    private static final String AWAIT_PROBE = """
            import ctypes, ssl, time
            function = ctypes.cast(ctypes.CDLL('libssl.so.3').SSL_write_ex, ctypes.c_void_p).value
            before = ctypes.string_at(function, 16)
            while ctypes.string_at(function, 16) == before:
                time.sleep(0.01)
            """;

    @Override
    String mode() {
        return "user";
    }

    @Override
    String opening() {
        return AWAIT_PROBE;
    }
}
