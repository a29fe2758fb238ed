using System.Security.Cryptography;
using System.Text;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Storage;

namespace Appliance.Signing.Keys;

/// <summary>
/// The token's key that seals the audit trail: EC P-256, for nothing else. The store keeps its public key under a MAC,
/// so that who can write the database cannot put another in its place; who looks from outside keeps a copy of it.
/// </summary>
public sealed class AuditSealKey : IDisposable
{
    private const string Meta = "audit.seal-key";
    private const string Label = "appliance audit seal";
    private const int IdLength = 16;

    private static readonly SignatureScheme s_scheme = new(SignatureKind.EcdsaDer, HashAlgorithmName.SHA256);

    private readonly KeyReference _key;
    private readonly ECDsa _publicKey;

    private AuditSealKey(KeyReference key)
    {
        _key = key;
        _publicKey = ECDsa.Create();
        _publicKey.ImportSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _);
    }

    /// <summary>The public key, as PEM (RFC 7468, 13).</summary>
    public string PublicKey => PemEncoding.WriteString("PUBLIC KEY", _key.SubjectPublicKeyInfo.Span);

    /// <summary>The key of this store; null when none was made.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="macKey">Of <see cref="KeyPurpose.AuditSealKey"/>.</param>
    /// <exception cref="RootKeyException">It was changed behind the appliance's back.</exception>
    public static AuditSealKey? Load(StoreConnection connection, ReadOnlyMemory<byte> macKey)
    {
        ArgumentNullException.ThrowIfNull(connection);
        if (connection.Meta.Get(Meta) is not { } text)
        {
            return null;
        }

        var parts = text.Split('.');
        try
        {
            if (parts.Length == 3
                && CryptographicOperations.FixedTimeEquals(
                    Compute(macKey, parts[0], parts[1]), Convert.FromHexString(parts[2])))
            {
                return new AuditSealKey(new KeyReference(
                    Convert.FromHexString(parts[0]), Label, Convert.FromBase64String(parts[1])));
            }
        }
        catch (FormatException)
        {
            // As when the MAC does not fit.
        }

        throw new RootKeyException(
            "The key that seals the audit trail was changed in the store behind the appliance's back; restore the row "
            + $"{Meta} of the table meta from a backup.");
    }

    /// <summary>The key of this store, made when there is none: of several nodes one makes it.</summary>
    /// <exception cref="Pkcs11Exception">The token failed.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public static async ValueTask<AuditSealKey> EnsureAsync(
        CommitLoop loop,
        Store store,
        Token token,
        ReadOnlyMemory<byte> macKey,
        TimeProvider time,
        string? actor,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(token);
        ArgumentNullException.ThrowIfNull(time);
        if (store.Read(macKey, static (connection, key) => Load(connection, key)) is { } found)
        {
            return found;
        }

        var id = RandomNumberGenerator.GetBytes(IdLength);
        var spki = token.GenerateKeyPair(KeyAlgorithm.EcP256, id, Label);
        var isOurs = false;
        try
        {
            isOurs = await loop.WriteAsync(
                connection => Save(connection, id, spki, macKey, time, actor), cancellationToken);
        }
        finally
        {
            if (!isOurs)
            {
                token.DestroyKey(id, Label);
            }
        }

        return store.Read(macKey, static (connection, key) => Load(connection, key))!;
    }

    /// <summary>Whether a seal's signature is genuine.</summary>
    public bool Verify(ReadOnlyMemory<byte> hash, ReadOnlyMemory<byte> signature)
        => _publicKey.VerifyHash(hash.Span, signature.Span, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>Signs a seal's hash on a session of the slots, as any job.</summary>
    /// <exception cref="AuditSealException">The token does not sign now.</exception>
    public async ValueTask<byte[]> SignAsync(
        SlotGroup slots, ReadOnlyMemory<byte> hash, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slots);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var job = new SignJob
        {
            Key = _key,
            Scheme = s_scheme,
            Hashes = [hash.ToArray()],
            Completed = _ => done.TrySetResult(),
            Overdue = _ => done.TrySetException(new AuditSealException("The token does not answer.")),
        };
        if (slots.Dispatch == SlotDispatch.Inline)
        {
            await Task.Run(() => slots.Sign(job), cancellationToken);
        }
        else if (!slots.TryEnqueue(job))
        {
            throw new AuditSealException("The token's queues are full, or it is being closed.");
        }

        await done.Task.WaitAsync(cancellationToken);
        return job.Outcome == SignOutcome.Signed
            ? job.Signatures[0]!
            : throw new AuditSealException(
                $"The token did not sign: {job.Outcome} ({Pkcs11ReturnValue.NameOf(job.ReturnValue)}).");
    }

    /// <summary>Signs a seal's hash in a session of its own.</summary>
    /// <exception cref="AuditSealException">The token does not sign now.</exception>
    public byte[] Sign(Token token, ReadOnlySpan<byte> hash)
    {
        ArgumentNullException.ThrowIfNull(token);
        try
        {
            return token.Sign(_key, s_scheme, hash);
        }
        catch (Exception error) when (error is Pkcs11Exception or InvalidOperationException)
        {
            throw new AuditSealException(error.Message, error);
        }
    }

    /// <summary>Forgets the public key.</summary>
    public void Dispose() => _publicKey.Dispose();

    private static bool Save(
        StoreConnection connection,
        byte[] id,
        byte[] spki,
        ReadOnlyMemory<byte> macKey,
        TimeProvider time,
        string? actor)
    {
        var (name, key) = (Convert.ToHexStringLower(id), Convert.ToBase64String(spki));
        if (!connection.Meta.TryAdd(Meta, $"{name}.{key}.{Convert.ToHexStringLower(Compute(macKey, name, key))}"))
        {
            return false;
        }

        AuditTrail.Append(connection, new AuditRecord
        {
            At = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = AuditEvent.SealKeyCreated,
            Digest = SHA256.HashData(spki),
            Detail = $"key {name}",
            Actor = actor,
        });
        return true;
    }

    private static byte[] Compute(ReadOnlyMemory<byte> macKey, string name, string key)
        => HMACSHA256.HashData(macKey.Span, Encoding.ASCII.GetBytes($"audit seal key v1 {name} {key}"));
}
