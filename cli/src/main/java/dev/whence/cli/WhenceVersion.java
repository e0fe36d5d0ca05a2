package dev.whence.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote beside the classes. */
final class WhenceVersion implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"whence " + text()};
    }

    /** The version alone, such as {@code 0.1.0}. */
    static String text() {
        try (InputStream in = WhenceVersion.class.getResourceAsStream("whence.properties")) {
            if (in == null) {
                throw new IllegalStateException("whence.properties is missing beside the classes");
            }
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
