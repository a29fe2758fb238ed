using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Factors.Notifying;
using Appliance.Factors.Secrets;
using Appliance.Storage;

namespace Appliance.Factors;

/// <summary>
/// Messages on their way to signers. A message is written in the transaction that it tells of, so that neither is lost
/// without the other; it is encrypted there, for it holds codes and links.
/// </summary>
public sealed class Notices
{
    private readonly ReadOnlyMemory<byte> _key;
    private readonly TimeProvider _time;

    /// <summary>Takes the 32-byte key derived for messages; it must outlive this.</summary>
    public Notices(ReadOnlyMemory<byte> key, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _key = key;
        _time = time;
    }

    /// <summary>
    /// Called when a message was added, inside the transaction: to say that something may be due soon. Must return at
    /// once and throw nothing.
    /// </summary>
    public Action? Enqueued { get; set; }

    /// <summary>Adds a message, in the transaction that is open.</summary>
    public void Enqueue(StoreConnection connection, Notice notice)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(notice);
        var time = _time.GetUtcNow();
        var now = time.ToUnixTimeMilliseconds();
        var row = new NoticeRow(
            0,
            Guid.CreateVersion7(time),
            notice.SignerId,
            (int)notice.Kind,
            (int)notice.Channel,
            now,
            now,
            0,
            []);
        connection.Notices.Insert(row with { Payload = Seal(row, notice) });
        Enqueued?.Invoke();
    }

    /// <summary>A message as it was enqueued; null when another hand changed its row.</summary>
    internal Notice? Open(NoticeRow row)
    {
        if (Sealed.Open(_key.Span, row.Payload, Associated(row)) is not { } clear)
        {
            return null;
        }

        try
        {
            var content = JsonSerializer.Deserialize(clear, NoticeJson.Default.NoticeContent)!;
            return new Notice(
                row.SignerId,
                (NoticeKind)row.Kind,
                (NoticeChannel)row.Channel,
                content.To,
                content.Language,
                content.Values,
                content.ExpiresAt);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    /// <summary>Everything that is in clear beside it and does not change is associated data.</summary>
    private byte[] Seal(NoticeRow row, Notice notice)
    {
        var clear = JsonSerializer.SerializeToUtf8Bytes(
            new NoticeContent(notice.To, notice.Language, notice.Values, notice.ExpiresAt),
            NoticeJson.Default.NoticeContent);
        var stored = Sealed.Seal(_key.Span, clear, Associated(row));
        CryptographicOperations.ZeroMemory(clear);
        return stored;
    }

    /// <summary>Id and signer (16 each), kind and channel (4 each), time of creation (8), big-endian.</summary>
    private static byte[] Associated(NoticeRow row)
    {
        var bytes = new byte[48];
        row.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        row.SignerId.TryWriteBytes(bytes.AsSpan(16), bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(32), row.Kind);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(36), row.Channel);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(40), row.CreatedAt);
        return bytes;
    }
}
