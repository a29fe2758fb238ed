using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Appliance.Ledger;
using Appliance.Pkcs11;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Signing.Provisioning;

/// <summary>
/// Makes credentials and changes them: a key pair in the token, a certificate from the demo CA or from a CA that
/// answers a CSR, a row with its link MAC in the store, an audit record. A step that fails leaves neither key nor row
/// behind.
/// </summary>
public sealed class CredentialProvisioning
{
    private const int MultisignLimit = 1_000_000;
    private const int DescriptionLimit = 255;
    private const int BackdateYearsLimit = 10;

    private readonly Store _store;
    private readonly CommitLoop _loop;
    private readonly Token _token;
    private readonly CredentialLink _link;
    private readonly DemoAuthority? _authority;
    private readonly TimeProvider _time;
    private readonly string? _actor;
    private KeyReference? _wrappingKey;

    /// <summary>
    /// Works on a token that is logged in. Without an authority only CSRs can be asked for. The actor is the admin who
    /// asks, for the audit trail.
    /// </summary>
    public CredentialProvisioning(
        Store store,
        CommitLoop loop,
        Token token,
        CredentialLink link,
        DemoAuthority? authority,
        TimeProvider time,
        string? actor = null)
    {
        _store = store;
        _loop = loop;
        _token = token;
        _link = link;
        _authority = authority;
        _time = time;
        _actor = actor;
    }

    /// <summary>
    /// Of <see cref="KeyPurpose.KeyWrappingKey"/>; without it only keys that the token keeps can be made.
    /// </summary>
    public ReadOnlyMemory<byte> WrappingKeyMac { get; init; }

    /// <summary>Makes a credential: enabled with a certificate of the demo CA, or pending with a CSR.</summary>
    /// <exception cref="ProvisioningException">The order cannot be met; nothing was left behind.</exception>
    public async Task<PreparedCredential> CreateAsync(CredentialOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        cancellationToken.ThrowIfCancellationRequested();
        if (order.Wrapped)
        {
            await PrepareWrappingAsync(cancellationToken).ConfigureAwait(false);
        }

        var prepared = Prepare(order);
        try
        {
            // Not cancellable from here: whether the key is still wanted must be certain.
            await _loop.WriteAsync(
                connection =>
                {
                    Insert(connection, prepared);
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            Discard(prepared);
            throw;
        }

        return prepared;
    }

    /// <summary>
    /// Makes sure that the token has a key to wrap others under: before <see cref="Prepare"/> of an order for a wrapped
    /// key.
    /// </summary>
    /// <exception cref="ProvisioningException">The token cannot wrap keys.</exception>
    public async ValueTask PrepareWrappingAsync(CancellationToken cancellationToken)
    {
        if (!_token.WrapsKeys)
        {
            throw new ProvisioningException(
                $"{_token.Info} has no AES key wrap with padding (RFC 5649), so it must keep the keys itself; leave "
                + "out --wrapped, or set Keys:Store to token.");
        }

        _wrappingKey ??= await KeyWrappingKey
            .EnsureAsync(_loop, _store, _token, WrappingKeyMac, _time, _actor, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>The first half of <see cref="CreateAsync"/>, for callers that write more in the commit.</summary>
    /// <exception cref="ProvisioningException">The order cannot be met; nothing was left behind.</exception>
    public PreparedCredential Prepare(CredentialOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        var now = _time.GetUtcNow();
        Check(order, now);
        var id = Guid.CreateVersion7(now);
        var label = string.Create(CultureInfo.InvariantCulture, $"appliance credential {id:D}");
        var keyId = RandomNumberGenerator.GetBytes(16);
        var key = Generate(order, keyId, label);
        try
        {
            var row = NewRow(id, order, key, now);
            if (order.SigningRequest)
            {
                return new PreparedCredential(Linked(row), Request(order, key));
            }

            var notBefore = order.NotBefore ?? now;
            var leaf = _authority!.Issue(key.SubjectPublicKeyInfo.ToArray(), order.Subject, notBefore, order.Years);
            using var certificate = X509CertificateLoader.LoadCertificate(leaf);
            row = row with
            {
                Certificates = [leaf, _authority.Certificate],
                State = CredentialState.Enabled,
                NotBefore = Milliseconds(certificate.NotBefore),
                NotAfter = Milliseconds(certificate.NotAfter),
            };
            return new PreparedCredential(Linked(row), null);
        }
        catch when (key.Wrapped is null)
        {
            _token.DestroyKey(keyId, label);
            throw;
        }
    }

    private KeyReference Generate(CredentialOrder order, byte[] keyId, string label)
    {
        if (!order.Wrapped)
        {
            return new KeyReference(keyId, label, _token.GenerateKeyPair(order.Algorithm, keyId, label));
        }

        var wrappingKey = _wrappingKey
            ?? throw new InvalidOperationException($"{nameof(PrepareWrappingAsync)} comes first.");
        var made = _token.GenerateWrappedKeyPair(order.Algorithm, keyId, label, wrappingKey);
        return new KeyReference(keyId, label, made.SubjectPublicKeyInfo, made.PrivateKey);
    }

    /// <summary>The second half of <see cref="CreateAsync"/>: row and audit record, in the caller's commit.</summary>
    /// <exception cref="ProvisioningException">The signer or the profile is not there.</exception>
    public void Insert(StoreConnection connection, PreparedCredential prepared)
        => InsertAs(AuditEvent.CredentialCreated, connection, prepared);

    /// <inheritdoc cref="Insert"/>
    internal void InsertAs(AuditEvent happened, StoreConnection connection, PreparedCredential prepared)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(prepared);
        var row = prepared.Row;
        var profile = connection.Profiles.Find(row.ProfileId);
        if (profile?.SignerId != row.SignerId)
        {
            throw new ProvisioningException("The credential's profile is not one of its signer; choose another.");
        }

        if (profile.EndedAt is not null)
        {
            throw new ProvisioningException("The profile has ended; choose another.");
        }

        if (row.Extension == ExtensionPolicy.Seal && profile.Kind != ProfileKind.Organisation)
        {
            throw new ProvisioningException(
                "Only an organisation's credential may have the extension policy seal; use nested or none.");
        }

        if (row.Factors == CredentialFactors.None && profile.Kind != ProfileKind.Organisation)
        {
            throw new ProvisioningException(
                "Only an organisation's credential may ask for no factor; a person gives at least one.");
        }

        connection.Credentials.Insert(row);
        Audit(connection, row, happened, null);
    }

    /// <summary>Destroys the key pair of a credential that did not get into the store.</summary>
    public void Discard(PreparedCredential prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        var row = prepared.Row;

        // A commit whose answer was lost has happened: then the key is somebody's.
        if (row.WrappedKey.Length == 0
            && _store.Read(connection => connection.Credentials.Find(row.Id)) is null)
        {
            _token.DestroyKey(row.KeyId, row.KeyLabel);
        }
    }

    /// <summary>
    /// Takes the CA's answer to a credential's CSR, or a renewed certificate for the same key, and enables a pending
    /// credential.
    /// </summary>
    /// <param name="credentialId">The credential.</param>
    /// <param name="pem">Leaf and its CAs, PEM, in any order.</param>
    /// <param name="cancellationToken">Cancels before the commit only.</param>
    /// <exception cref="ProvisioningException">Not this key's chain, or the credential takes none.</exception>
    public async Task<CredentialRow> ImportCertificatesAsync(
        Guid credentialId,
        string pem,
        CancellationToken cancellationToken)
    {
        var row = _store.Read(connection => connection.Credentials.Find(credentialId))
            ?? throw Unknown(credentialId);
        if (!_link.Verify(row))
        {
            throw new ProvisioningException(
                $"The row of credential {credentialId:D} was changed behind the appliance's back; restore the store.");
        }

        var chain = CertificateChain.Read(pem, row.PublicKey, _time.GetUtcNow());
        return await ChangeAsync(connection => SetCertificates(connection, credentialId, chain), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>
    /// Suspends an enabled credential, enables a suspended one, or disables one for good. It holds from the commit on:
    /// every reservation looks at the state in its own transaction.
    /// </summary>
    /// <param name="credentialId">The credential.</param>
    /// <param name="state">Suspended, enabled or disabled.</param>
    /// <param name="cancellationToken">Cancels before the commit only.</param>
    /// <exception cref="ProvisioningException">There is none, or it cannot go from its state to this one.</exception>
    public async Task<CredentialRow> SetStateAsync(
        Guid credentialId, CredentialState state, CancellationToken cancellationToken)
        => await ChangeAsync(connection => SetState(connection, credentialId, state), cancellationToken)
            .ConfigureAwait(false);

    /// <summary>A refusal is a result: nothing was written, and the others in the commit are not undone.</summary>
    private async Task<CredentialRow> ChangeAsync(
        Func<StoreConnection, CredentialRow> change, CancellationToken cancellationToken)
    {
        var (row, refusal) = await _loop.WriteAsync<(CredentialRow?, ProvisioningException?)>(
            connection =>
            {
                try
                {
                    return (change(connection), null);
                }
                catch (ProvisioningException refused)
                {
                    return (null, refused);
                }
            },
            cancellationToken).ConfigureAwait(false);
        return row ?? throw refusal!;
    }

    private CredentialRow SetState(StoreConnection connection, Guid credentialId, CredentialState state)
    {
        var row = connection.Credentials.Find(credentialId) ?? throw Unknown(credentialId);
        var may = (row.State, state) switch
        {
            (CredentialState.Enabled, CredentialState.Suspended) => true,
            (CredentialState.Suspended, CredentialState.Enabled) => true,
            (not CredentialState.Disabled, CredentialState.Disabled) => true,
            _ => false,
        };
        if (!may || !connection.Credentials.ChangeState(credentialId, row.State, state))
        {
            throw new ProvisioningException(
                $"Credential {credentialId:D} is {NameOf(row.State)} and cannot become {NameOf(state)}.");
        }

        Audit(connection, row, AuditEvent.CredentialChanged, NameOf(state));
        return connection.Credentials.Find(credentialId)!;
    }

    private static string NameOf(CredentialState state) => state.ToString().ToLowerInvariant();

    private static ProvisioningException Unknown(Guid credentialId)
        => new($"There is no credential {credentialId:D}; see `credential list`.");

    private CredentialRow SetCertificates(StoreConnection connection, Guid credentialId, CertificateChain chain)
    {
        var row = connection.Credentials.Find(credentialId);
        if (row?.State is not (CredentialState.Pending or CredentialState.Enabled)
            || !connection.Credentials.ChangeState(credentialId, row.State, CredentialState.Enabled))
        {
            throw new ProvisioningException(
                $"Credential {credentialId:D} is {row?.State}; only a pending or enabled one takes certificates.");
        }

        connection.Credentials.SetCertificates(
            credentialId,
            chain.Certificates,
            chain.NotBefore.ToUnixTimeMilliseconds(),
            chain.NotAfter.ToUnixTimeMilliseconds());
        Audit(connection, row, AuditEvent.CredentialChanged, "certificates imported");
        return connection.Credentials.Find(credentialId)!;
    }

    /// <summary>What can be said of the policies without a key, a certificate and a profile.</summary>
    internal static void CheckPolicies(CredentialOrder order)
    {
        if (order.Scal is not (1 or 2))
        {
            throw new ProvisioningException(FormattableString.Invariant($"SCAL is 1 or 2, not {order.Scal}."));
        }

        if (order.Multisign is < 1 or > MultisignLimit)
        {
            throw new ProvisioningException(
                FormattableString.Invariant($"Multisign is 1 to {MultisignLimit}, not {order.Multisign}."));
        }

        if (order is { Scal: 2, SadReuse: SadReuse.OneShot })
        {
            throw new ProvisioningException(
                "One-shot SADs are for SCAL 1; at SCAL 2 each hash is signed once, and its SAD serves until then.");
        }

        if ((order.Factors & (CredentialFactors.Totp | CredentialFactors.Code))
            == (CredentialFactors.Totp | CredentialFactors.Code))
        {
            // Version 1 of the API has one OTP, of one type.
            throw new ProvisioningException(
                "A credential asks for the authenticator's code or for one that is sent, not for both.");
        }

        if (order.Description.Length > DescriptionLimit)
        {
            throw new ProvisioningException($"A description has at most {DescriptionLimit} characters; shorten it.");
        }
    }

    private void Check(CredentialOrder order, DateTimeOffset now)
    {
        CheckPolicies(order);
        if (order.NotBefore < now.AddYears(-BackdateYearsLimit))
        {
            throw new ProvisioningException($"A certificate starts at most {BackdateYearsLimit} years back.");
        }

        if (!order.SigningRequest && _authority is null)
        {
            throw new ProvisioningException(
                "There is no demo CA in this store; run `appliance init` or ask for a CSR (--csr FILE).");
        }

        _ = order.Subject.ToDistinguishedName();
    }

    internal static CredentialRow NewRow(Guid id, CredentialOrder order, KeyReference key, DateTimeOffset now) => new(
        Id: id,
        ProfileId: order.ProfileId,
        SignerId: order.SignerId,
        KeyId: key.Id.ToArray(),
        KeyLabel: key.Label,
        KeyAlgorithm: (int)order.Algorithm,
        PublicKey: key.SubjectPublicKeyInfo.ToArray(),
        LinkMac: [],
        Certificates: [],
        State: CredentialState.Pending,
        Scal: order.Scal,
        Multisign: order.Multisign,
        Description: order.Description,
        NotBefore: 0,
        NotAfter: 0,
        Version: 1,
        CreatedAt: now.ToUnixTimeMilliseconds())
    {
        Extension = order.Extension,
        SadReuse = order.SadReuse,
        Factors = order.Factors,
        WrappingKeyId = key.Wrapped?.WrappingKey.Id.ToArray() ?? [],
        WrappedKey = key.Wrapped?.Blob.ToArray() ?? [],
    };

    internal CredentialRow Linked(CredentialRow row) => row with { LinkMac = _link.Compute(row) };

    /// <summary>A PKCS#10 request (RFC 2986), signed by the new key itself: proof of possession.</summary>
    private byte[] Request(CredentialOrder order, KeyReference key)
    {
        var request = new CertificateRequest(
            order.Subject.ToDistinguishedName(),
            PublicKey.CreateFromSubjectPublicKeyInfo(key.SubjectPublicKeyInfo.Span, out _),
            TokenSignatureGenerator.HashFor(order.Algorithm));
        return request.CreateSigningRequest(new TokenSignatureGenerator(_token, key));
    }

    private void Audit(StoreConnection connection, CredentialRow row, AuditEvent happened, string? detail)
        => AuditTrail.Append(connection, new AuditRecord
        {
            At = _time.GetUtcNow().ToUnixTimeMilliseconds(),
            Event = happened,
            SignerId = row.SignerId,
            CredentialId = row.Id,
            Detail = detail,
            Actor = _actor,
        });

    private static long Milliseconds(DateTime local)
        => new DateTimeOffset(local.ToUniversalTime()).ToUnixTimeMilliseconds();
}
