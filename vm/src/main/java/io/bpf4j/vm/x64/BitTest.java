package io.bpf4j.vm.x64;

/** What is done to the bit that goes to the carry flag (SDM volume 2, table A-6, group 8). */
public enum BitTest {
    /** Nothing. */
    BT,
    /** It is set. */
    BTS,
    /** It is cleared. */
    BTR,
    /** It is inverted. */
    BTC;

    /** Returns the number in the encoding, 4 to 7. */
    int number() {
        return 4 + ordinal();
    }
}
