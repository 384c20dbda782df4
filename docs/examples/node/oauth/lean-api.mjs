// snippet: request
export async function banks(token, leanApi = 'https://sandbox.leantech.me') {
  const response = await fetch(`${leanApi}/banks/v1`, { headers: { authorization: `Bearer ${token.access_token}` } });
  return response.json();
}
// end: request
