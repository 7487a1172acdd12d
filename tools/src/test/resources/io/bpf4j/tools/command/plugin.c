int plug(int number) {
    volatile int value = number;
    value += 3;
    return value * number;
}
