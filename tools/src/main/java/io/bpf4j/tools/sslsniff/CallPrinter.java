package io.bpf4j.tools.sslsniff;

/** Shows calls. */
interface CallPrinter {

    /** Shows what stands above all calls. */
    void header();

    /** Shows one call. */
    void print(Call call);
}
