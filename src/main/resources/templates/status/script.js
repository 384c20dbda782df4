'use strict';
/*{!
Keeps the page up to date: the server sends the parts of the page that have changed, and the differences are applied. What does
not differ stays as it is, with focus, selection, open details and scroll positions.
Qute includes this file, without this comment: a brace must not be followed by a letter.
!}*/
(() => {
  const live = document.getElementById('live');
  const text = document.getElementById('live-text');
  const button = document.getElementById('live-pause');
  const RETRY_MILLIS = 5000;
  const SILENCE_MILLIS = 20000;
  let events;
  let timer;
  let paused = false;
  let lostAt;

  const now = () => new Date().toISOString().slice(11, 19) + ' UTC';

  const say = (state, words) => {
    live.dataset.state = state;
    if (text.textContent !== words) {
      text.textContent = words;
    }
  };

  const update = (old, fresh) => {
    if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
      old.replaceWith(fresh);
    } else if (old.nodeType !== Node.ELEMENT_NODE) {
      if (old.data !== fresh.data) {
        old.data = fresh.data;
      }
    } else {
      for (const { name } of [...old.attributes]) {
        if (!fresh.hasAttribute(name) && name !== 'open') {
          old.removeAttribute(name);
        }
      }
      for (const { name, value } of fresh.attributes) {
        if (old.getAttribute(name) !== value) {
          old.setAttribute(name, value);
        }
      }
      updateContent(old, fresh);
    }
  };

  const updateContent = (old, fresh) => {
    const before = [...old.childNodes];
    const after = [...fresh.childNodes];
    after.forEach((node, i) => i < before.length ? update(before[i], node) : old.append(node));
    before.slice(after.length).forEach(node => node.remove());
  };

  const close = () => {
    clearTimeout(timer);
    events?.close();
    events = undefined;
  };

  const lost = () => {
    lostAt ??= now();
    say('lost', 'Connection lost at ' + lostAt + ', trying again');
  };

  const open = () => {
    close();
    events = new EventSource(live.dataset.events);
    awaitEvent();
    events.addEventListener('message', event => {
      awaitEvent();
      const fresh = document.createElement('template');
      fresh.innerHTML = event.data;
      for (const part of [...fresh.content.children]) {
        const old = document.getElementById(part.id);
        // Missing if the service has been updated since this page was loaded.
        if (old) {
          update(old, part);
        }
      }
      const title = document.querySelector('.verdict').textContent + ' – Lean Authentication Tokens';
      if (document.title !== title) {
        document.title = title;
      }
      lostAt = undefined;
      say('live', 'Live');
    });
    events.addEventListener('error', () => {
      lost();
      // A browser tries again after broken connections, but not after error responses.
      if (events.readyState === EventSource.CLOSED) {
        clearTimeout(timer);
        timer = setTimeout(open, RETRY_MILLIS);
      }
    });
  };

  // The page has a clock, so events never cease; a connection can, without an error.
  const awaitEvent = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      lost();
      open();
    }, SILENCE_MILLIS);
  };

  button.addEventListener('click', () => {
    paused = !paused;
    button.textContent = paused ? 'Resume' : 'Pause';
    if (paused) {
      close();
      lostAt = undefined;
      say('paused', 'Paused at ' + now());
    } else {
      say('connecting', 'Connecting');
      open();
    }
  });

  // A page that nobody sees needs no connection.
  document.addEventListener('visibilitychange', () => {
    if (!paused) {
      document.hidden ? close() : open();
    }
  });

  document.getElementById('reload').hidden = true;
  live.hidden = false;
  if (!document.hidden) {
    open();
  }
})();
