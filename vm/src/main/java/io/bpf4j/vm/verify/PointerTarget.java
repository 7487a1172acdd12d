package io.bpf4j.vm.verify;

import io.bpf4j.vm.program.MapSpec;

/** What a pointer points into. */
sealed interface PointerTarget {

    /** Returns the target in words, such as {@code the value of map counts}. */
    String words();

    /** The context that the program was started with. */
    record Context() implements PointerTarget {
        @Override
        public String words() {
            return "the context";
        }
    }

    /** The end of a function's frame: what R10 holds. */
    record Stack(int frame) implements PointerTarget {
        @Override
        public String words() {
            return frame == 0 ? "the stack" : "the stack of function " + frame + " in the call chain";
        }
    }

    /** A map itself, which only helpers take. */
    record MapHandle(MapSpec map) implements PointerTarget {
        @Override
        public String words() {
            return "map " + map.name();
        }
    }

    /** A key that a helper shows to a callback. */
    record MapKey(MapSpec map) implements PointerTarget {
        @Override
        public String words() {
            return "a key of map " + map.name();
        }
    }

    /** The start of a value of a map. */
    record MapValue(MapSpec map) implements PointerTarget {
        @Override
        public String words() {
            return "a value of map " + map.name();
        }
    }

    /** A record that was reserved in a ring. */
    record RingRecord(int size) implements PointerTarget {
        @Override
        public String words() {
            return "a ring record";
        }
    }

    /** A block of known size. */
    record Block(String name, int size, boolean writable) implements PointerTarget {
        @Override
        public String words() {
            return name;
        }
    }

    /** The start of a packet's data. */
    record Packet() implements PointerTarget {
        @Override
        public String words() {
            return "the packet";
        }
    }

    /** The start of the metadata before a packet. */
    record PacketMeta() implements PointerTarget {
        @Override
        public String words() {
            return "the packet's metadata";
        }
    }

    /** The end of a packet's data, only to be compared with. */
    record PacketEnd() implements PointerTarget {
        @Override
        public String words() {
            return "the end of the packet";
        }
    }

    /** A function of the program, for callbacks: the index of its first instruction. */
    record Code(int entry) implements PointerTarget {
        @Override
        public String words() {
            return "a function";
        }
    }

    /**
     * An object of the kernel that programs may read, but not write.
     *
     * @param type the id of its struct among the kernel's types
     * @param trusted whether it surely exists and is alive
     */
    record Typed(int type, String name, boolean trusted) implements PointerTarget {
        @Override
        public String words() {
            return "a struct " + name;
        }
    }

    /** Something of the kernel that only helpers take. */
    record KernelObject(String name) implements PointerTarget {
        @Override
        public String words() {
            return name;
        }
    }
}
