using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Factors.Notifying;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Messages on their way to signers. A message is written in the transaction that it tells of, so that neither is lost
/// without the other; it is encrypted there, for it holds codes and links.
/// </summary>
public sealed class Notices
{
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly ReadOnlyMemory<byte> _key;
    private readonly TimeProvider _time;

    /// <summary>Takes the 32-byte key derived for messages; it must outlive this.</summary>
    public Notices(ReadOnlyMemory<byte> key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _key = key;
        _time = time;
    }

    /// <summary>Adds a message, in the transaction that is open.</summary>
    public void Enqueue(StoreConnection connection, Notice notice)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(notice);
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        connection.Notices.Insert(new NoticeRow(
            0, notice.SignerId, (int)notice.Kind, (int)notice.Channel, now, now, 0, Seal(notice)));
    }

    /// <summary>Version (1), nonce (12, random), ciphertext, tag (16); the signer is associated data.</summary>
    private byte[] Seal(Notice notice)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(
            new NoticeContent(notice.To, notice.Language, notice.Values, notice.ExpiresAt),
            NoticeJson.Default.NoticeContent);
        var stored = new byte[1 + NonceLength + clear.Length + TagLength];
        stored[0] = Version;
        RandomNumberGenerator.Fill(stored.AsSpan(1, NonceLength));
        using var aes = new AesGcm(_key.Span, TagLength);
        aes.Encrypt(
            stored.AsSpan(1, NonceLength),
            clear,
            stored.AsSpan(1 + NonceLength, clear.Length),
            stored.AsSpan(stored.Length - TagLength),
            notice.SignerId.ToByteArray(bigEndian: true));
        CryptographicOperations.ZeroMemory(clear);
        return stored;
    }
}
