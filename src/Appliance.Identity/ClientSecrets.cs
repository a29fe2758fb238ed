using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Identity.Clients;
using Appliance.Identity.Tokens;
using Appliance.Storage;

namespace Appliance.Identity;

/// <summary>
/// What clients prove themselves with: secrets, public keys for assertions, certificates. Several are good at a time,
/// so that a new one can be given out before the old one is withdrawn.
/// </summary>
/// <param name="clients">The clients.</param>
/// <param name="time">The clock.</param>
public sealed class ClientSecrets(ClientDirectory clients, TimeProvider time)
{
    /// <summary>Most that a client may have that are not withdrawn.</summary>
    public const int Most = 16;

    private const int MaximumKeyId = 128;

    /// <summary>Makes a secret of 256 random bits; the store keeps a salted digest.</summary>
    /// <param name="clientId">For whom.</param>
    /// <param name="life">How long it is good from now on.</param>
    /// <param name="cancellationToken">Gives up waiting; once the write is queued, it may still be done.</param>
    /// <returns>Its row, and the secret: 43 characters of base64url that nobody can ask for again.</returns>
    /// <exception cref="DirectoryException">Refused; the fault and the message say why.</exception>
    public async Task<(ClientSecretRow Row, string Secret)> AddSecretAsync(
        Guid clientId, TimeSpan life, CancellationToken cancellationToken)
    {
        var secret = TokenKey.NewText();
        var material = SecretDigest.Of(secret);
        var row = await AddAsync(clientId, ClientSecretKind.Secret, "", material, life, cancellationToken)
            .ConfigureAwait(false);
        return (row, secret);
    }

    /// <summary>Registers a public key for assertions: RSA of 2,048 bits or more, P-256 or P-384.</summary>
    /// <param name="clientId">For whom.</param>
    /// <param name="publicKey">SubjectPublicKeyInfo, DER.</param>
    /// <param name="keyId">The kid of its assertions, at most 128 characters; empty for any.</param>
    /// <param name="life">How long it is good from now on.</param>
    /// <param name="cancellationToken">As in <see cref="AddSecretAsync"/>.</param>
    /// <inheritdoc cref="AddSecretAsync" path="/exception"/>
    public Task<ClientSecretRow> AddKeyAsync(
        Guid clientId, byte[] publicKey, string keyId, TimeSpan life, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        ArgumentNullException.ThrowIfNull(keyId);
        if (AssertionKeys.Check(publicKey) is { } wrong)
        {
            throw new DirectoryException(DirectoryFault.ClientInvalid, wrong);
        }

        return keyId.Length <= MaximumKeyId && !keyId.Any(char.IsControl)
            ? AddAsync(clientId, ClientSecretKind.PublicKey, keyId, publicKey, life, cancellationToken)
            : throw new DirectoryException(
                DirectoryFault.ClientInvalid, "A kid has at most 128 characters and no control characters.");
    }

    /// <summary>Registers a certificate for mutual TLS (RFC 8705): it alone, or every one with its key.</summary>
    /// <param name="clientId">For whom.</param>
    /// <param name="certificate">DER.</param>
    /// <param name="anyWithKey">True for every certificate with the same key.</param>
    /// <param name="life">How long it is good from now on.</param>
    /// <param name="cancellationToken">As in <see cref="AddSecretAsync"/>.</param>
    /// <inheritdoc cref="AddSecretAsync" path="/exception"/>
    public async Task<ClientSecretRow> AddCertificateAsync(
        Guid clientId, byte[] certificate, bool anyWithKey, TimeSpan life, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        using var read = X509CertificateLoader.LoadCertificate(certificate);
        var (kind, digest) = anyWithKey
            ? (ClientSecretKind.CertificateKey, SHA256.HashData(read.PublicKey.ExportSubjectPublicKeyInfo()))
            : (ClientSecretKind.Certificate, SHA256.HashData(read.RawData));
        return await AddAsync(clientId, kind, "", digest, life, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Withdraws a secret, key or certificate.</summary>
    /// <param name="clientId">Whose.</param>
    /// <param name="secretId">Which.</param>
    /// <param name="endTokens">True to end the client's tokens too: somebody else may have got one by it.</param>
    /// <param name="cancellationToken">As in <see cref="AddSecretAsync"/>.</param>
    /// <inheritdoc cref="AddSecretAsync" path="/exception"/>
    public async Task RevokeAsync(
        Guid clientId, Guid secretId, bool endTokens, CancellationToken cancellationToken)
        => await clients.ChangeAsync(
            clientId,
            (connection, row) =>
            {
                if (connection.ClientSecrets.Find(secretId) is not { State: ClientSecretState.Active } found
                    || found.ClientId != clientId || !clients.Rows.Verify(found))
                {
                    throw new DirectoryException(
                        DirectoryFault.UnknownClientPart, $"The client has no secret {secretId:D} that is good.");
                }

                connection.ClientSecrets.SetState(
                    clients.Rows.Sign(found with { State = ClientSecretState.Revoked }));
                if (endTokens)
                {
                    connection.AccessTokens.RevokeClient(clientId);
                }

                return row;
            },
            _ => $"withdrawn {secretId:D}{(endTokens ? ", tokens ended" : "")}",
            cancellationToken).ConfigureAwait(false);

    private async Task<ClientSecretRow> AddAsync(
        Guid clientId,
        ClientSecretKind kind,
        string keyId,
        byte[] material,
        TimeSpan life,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var from = now.ToUnixTimeMilliseconds();
        var row = clients.Rows.Sign(new ClientSecretRow(
            Guid.CreateVersion7(now),
            clientId,
            kind,
            ClientSecretState.Active,
            from,
            (now + life).ToUnixTimeMilliseconds(),
            from,
            keyId,
            material,
            []));
        await clients.ChangeAsync(
            clientId,
            (connection, client) =>
            {
                connection.ClientSecrets.DeleteRevoked(clientId);
                var good = connection.ClientSecrets.ListByClient(clientId).Count;
                if (good >= Most)
                {
                    throw new DirectoryException(
                        DirectoryFault.ClientInvalid,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"The client has {good} secrets, keys and certificates; withdraw one first."));
                }

                connection.ClientSecrets.Insert(row);
                return client;
            },
            _ => $"{kind} {row.Id:D} added",
            cancellationToken).ConfigureAwait(false);
        return row;
    }
}
