package dev.leantokens.lean;

import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * A room for calls with the service's own credentials and one of the same size for calls with callers' credentials. Callers can
 * invent credentials and use many addresses, so they could fill a common room.
 */
final class WaitingRooms {

    private final WaitingRoom service;
    private final WaitingRoom callers;

    /** @param seats in both of them together */
    WaitingRooms(int seats, WaitTimer timer) {
        int half = Math.max(1, seats / 2);
        this.service = new WaitingRoom(half, timer);
        this.callers = new WaitingRoom(half, timer);
    }

    WaitingRoom of(CredentialsOwner owner) {
        return owner == CredentialsOwner.SERVICE ? service : callers;
    }
}
