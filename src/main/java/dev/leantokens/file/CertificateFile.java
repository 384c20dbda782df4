package dev.leantokens.file;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

import dev.leantokens.settings.SettingRule;
import io.quarkus.runtime.configuration.ConfigurationException;

/** A PEM file with authorities, as a setting names it. */
public final class CertificateFile {

    private CertificateFile() {
    }

    /**
     * @param variable the setting
     * @throws ConfigurationException if the file cannot be read, or does not consist of certificates; the message is for an
     *         operator and quotes nothing of the file
     */
    public static void check(String variable, Path file) {
        try {
            SettingRule.require(!CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(FileWatch.readBytes(file))).isEmpty(),
                    "the file that " + variable + " names has no certificates in PEM");
        } catch (IOException e) {
            throw new ConfigurationException(FileWatch.describe(variable, file, e));
        } catch (CertificateException e) {
            // Not used as a cause, since it can quote the content, which may be a key.
            throw new ConfigurationException(
                    "the file that " + variable + " names contains something other than certificates in PEM");
        }
    }
}
