package dev.leantokens.hostile.http;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import dev.leantokens.testing.RawHttp;

/** A connection whose answers are read while it sends. */
final class Conversation implements Closeable {

    private static final int CONNECT_MILLIS = 20_000;

    private final Socket plain;
    private final Socket socket;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private boolean closed;

    private Conversation(Socket plain, Socket socket) {
        this.plain = plain;
        this.socket = socket;
        Thread reader = new Thread(this::read, "reads-answers");
        reader.setDaemon(true);
        reader.start();
    }

    static Conversation open(int port) {
        Socket socket = connect(port);
        return new Conversation(socket, socket);
    }

    /** @param protocol of ALPN */
    static Conversation open(int port, SSLContext tls, String protocol) {
        Socket plain = connect(port);
        try {
            SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, "localhost", port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] { protocol });
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new Conversation(plain, socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Socket connect(int port) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(RawHttp.LOOPBACK, port), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = socket.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                synchronized (this) {
                    received.write(buffer, 0, length);
                    notifyAll();
                }
            }
        } catch (IOException e) {
            // Reset.
        }
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }

    void send(String text) {
        send(TokenRequest.bytes(text));
    }

    /** Has no effect once the service has closed the connection. */
    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            // Closed by the service.
        }
    }

    /** Says that nothing more will be sent. */
    void finish() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            // Closed by the service.
        }
    }

    /** Closes the connection with a reset. */
    void reset() {
        try {
            plain.setSoLinger(true, 0);
            plain.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized byte[] received() {
        return received.toByteArray();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Waits for what is received next. */
    synchronized void pause(long millis) {
        if (!closed) {
            waitFor(millis);
        }
    }

    /** Waits until the service closes the connection, but not longer than this. */
    synchronized void pauseUntilClosed(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; !closed && left > 0; left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())) {
            waitFor(left);
        }
    }

    /** @throws AssertionError if the service has not closed the connection in time */
    void awaitClose(Duration time) {
        await(time, this::isClosed);
    }

    /** @throws AssertionError if the event does not happen while something is received, or the connection closed, in time */
    synchronized void await(Duration time, BooleanSupplier event) {
        long end = System.nanoTime() + time.toNanos();
        while (!event.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("neither answered nor closed after " + time + ", but received "
                        + received.size() + " bytes: " + text(received()));
            }
            waitFor(left);
        }
    }

    private void waitFor(long millis) {
        try {
            wait(Math.max(1, millis));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @return the bytes, readable and not too long */
    static String text(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length && text.length() < 2_000; i++) {
            int octet = bytes[i] & 0xff;
            text.append(octet >= 0x20 && octet < 0x7f ? String.valueOf((char) octet) : "\\x%02x".formatted(octet));
        }
        return text.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
            plain.close();
        } catch (IOException e) {
            // Already closed.
        }
    }
}
