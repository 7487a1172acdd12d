package io.bpf4j.tools.sslsniff;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A file that holds a TLS library, though its name does not say so: a copy of one's own, or a program into which it is
 * linked.
 *
 * @param library what kind of library is in it
 * @param path in the file system of the traced process
 */
record ExtraLibrary(Library library, String path) {

    /** Reads {@code TYPE:PATH}. */
    static final class Converter implements ITypeConverter<ExtraLibrary> {

        @Override
        public ExtraLibrary convert(String text) {
            int colon = text.indexOf(':');
            if (colon < 0 || colon == text.length() - 1) {
                throw new TypeConversionException(
                        "'" + text + "' is not TYPE:PATH, such as openssl:/opt/lib/libssl.so");
            }
            String type = text.substring(0, colon);
            List<String> types = Arrays.stream(Library.values()).map(Library::option).toList();
            if (!types.contains(type)) {
                throw new TypeConversionException(
                        "'" + type + "' is not a type of library; there are " + String.join(", ", types));
            }
            return new ExtraLibrary(Library.values()[types.indexOf(type)],
                    Path.of(text.substring(colon + 1)).toAbsolutePath().normalize().toString());
        }
    }
}
