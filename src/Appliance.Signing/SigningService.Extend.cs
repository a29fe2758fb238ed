using System.Security.Cryptography;
using Appliance.Ledger;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Signing.SignHash;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Extending activations (csc-api 4.4). No factor is asked for, so an extension never adds signatures, and adds hashes
/// only as far as the credential's policy goes.
/// </content>
public sealed partial class SigningService
{
    /// <summary>
    /// Carries what is left of an activation over to other hashes and a new lifetime, or gives it a new lifetime only;
    /// the old SAD is void.
    /// </summary>
    public ValueTask<AuthorizeResult> ExtendAsync(ExtendRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return AttemptAsync(request.CredentialId, () => ExtendOnceAsync(request, cancellationToken));
    }

    /// <summary>Null when the credential has changed and nothing was done.</summary>
    private async ValueTask<AuthorizeResult?> ExtendOnceAsync(
        ExtendRequest request, CancellationToken cancellationToken)
    {
        SadEnvelope sad = default;
        var credential = FindOwn(request.Caller, request.CredentialId);
        var status = credential is null
            ? SigningStatus.UnknownCredential
            : CheckDigests(request.Hashes, request.HashAlgorithm);
        if (status == SigningStatus.Ok)
        {
            status = CheckSad(request.Sad, request.Caller, credential!, out sad);
        }

        return status == SigningStatus.Ok
            ? await CarryOverAsync(request, credential!, sad, cancellationToken)
            : await RefuseAsync(
                AuditEvent.ExtendRefused, request.Caller, request.CredentialId, status, cancellationToken);
    }

    private async ValueTask<AuthorizeResult?> CarryOverAsync(
        ExtendRequest request, Credential credential, SadEnvelope old, CancellationToken cancellationToken)
    {
        var count = Math.Max(old.SignatureCount, request.Hashes.Count);
        var scal = request.Hashes.Count > 0 ? 2 : old.Scal;
        var activation = Prepare(credential, request.Caller, scal, count, request.Hashes, out var sad);
        var rules = new ExtensionRules(
            credential.Extension,
            credential.Version,
            old.ExpiresAt,
            (long)_options.LifetimeOf(credential.Extension).TotalMilliseconds);
        return await WriteAsync(
            connection =>
            {
                var result = _activations.Extend(connection, old.ActivationId, activation, rules);
                if (result.Status == ReservationStatus.Ok)
                {
                    var extended = sad with
                    {
                        ActivationId = result.ActivationId,
                        Scal = (byte)result.Scal,
                        SignatureCount = result.Remaining,
                        ExpiresAt = result.ExpiresAt,
                    };
                    AuditTrail.Append(connection, Opened(AuditEvent.ExtendOk, extended));
                    RecordAdded(connection, credential, extended, result.Added);
                    return Issue(extended);
                }

                if (result.Status == ReservationStatus.CredentialChanged)
                {
                    return null;
                }

                var status = LedgerStatus.ToSigning(result.Status);
                AuditTrail.Append(
                    connection, Refusal(AuditEvent.ExtendRefused, request.Caller, credential.Id, status, 0));
                return AuthorizeResult.Refused(status);
            },
            request.Hashes.Count,
            keys => Announce(keys, old, request.Hashes),
            cancellationToken);
    }

    private static void Announce(StoreKeys keys, in SadEnvelope sad, IReadOnlyList<byte[]> hashes)
    {
        keys.AddActivation(sad.ActivationId);
        keys.AddClient(sad.ClientId);
        foreach (var hash in hashes)
        {
            keys.AddHash(sad.ActivationId, hash);
        }
    }

    /// <summary>
    /// What is going to be signed though the signer was not shown it: a record for each hash where a person is meant to
    /// see what it signs, one for all of them where an organisation seals.
    /// </summary>
    private void RecordAdded(
        StoreConnection connection, Credential credential, in SadEnvelope sad, IReadOnlyList<byte[]> added)
    {
        if (added.Count == 0)
        {
            return;
        }

        var record = Opened(AuditEvent.HashAdded, sad) with { Detail = "not shown to the signer" };
        if (credential.Extension == ExtensionPolicy.Seal)
        {
            AuditTrail.Append(connection, record with { Count = added.Count, Digest = DigestOf(added) });
            return;
        }

        foreach (var hash in added)
        {
            AuditTrail.Append(connection, record with { Count = 1, Digest = hash });
        }
    }

    private static byte[] DigestOf(IReadOnlyList<byte[]> hashes)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var hash in hashes)
        {
            digest.AppendData(hash);
        }

        return digest.GetHashAndReset();
    }
}
