package dev.leantokens.http;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/** A value that is kept with each connection and ends with it. Called on the connection's event loop. */
public final class ConnectionValue<T> {

    private final AttributeKey<T> key;

    /** @param owner the class that keeps the value, which keeps no other */
    public ConnectionValue(Class<?> owner) {
        this.key = AttributeKey.valueOf(owner.getName());
    }

    /** @return null if no value has been kept */
    public T get(HttpConnection connection) {
        return channel(connection).attr(key).get();
    }

    public void keep(HttpConnection connection, T value) {
        channel(connection).attr(key).set(value);
    }

    private static Channel channel(HttpConnection connection) {
        return ((ConnectionBase) connection).channelHandlerContext().channel();
    }
}
