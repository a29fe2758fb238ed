using Appliance.Ledger;
using Appliance.Signing.Approving;
using Appliance.Signing.Credentials;
using Appliance.Signing.Sad;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Activations for TLS logins (service-behaviours K5, K8). The hashes of handshakes are not known before them, so they
/// are not named; therefore such an activation has few signatures and a short life, a signer has so many a day, and the
/// trail tells them apart. What it is for is under the activation's MAC, so that none turns into a signature of
/// documents in the books.
/// </content>
public sealed partial class SigningService
{
    private const long Day = 86_400_000;

    /// <summary>All that can be told before the factor.</summary>
    private SigningStatus CheckTlsLogin(AuthorizeRequest request, Credential credential)
    {
        if (!request.Caller.Operations.HasFlag(ClientOperations.TlsLogin))
        {
            return SigningStatus.TlsLoginRefused;
        }

        if (!credential.IsForTlsLogin || request.Hashes.Count > 0)
        {
            return SigningStatus.TlsLoginUnfit;
        }

        if (request.SignatureCount < 1)
        {
            return SigningStatus.SignatureCountInvalid;
        }

        if (request.SignatureCount > _options.TlsLoginSignatures)
        {
            return SigningStatus.SignatureCountTooHigh;
        }

        // Nobody waits for a signer's approval in the middle of a handshake.
        var plan = FactorPlan.Of(credential.Factors, request.Factors, request.Caller);
        return plan.Status == SigningStatus.Ok && plan.NeedsApproval ? SigningStatus.FactorMissing : plan.Status;
    }

    private NewActivation PrepareTlsLogin(Credential credential, AuthorizeRequest request, out SadEnvelope sad)
    {
        var now = _time.GetUtcNow();
        var end = now + (_options.TlsLoginLifetime < _options.SadLifetime
            ? _options.TlsLoginLifetime
            : _options.SadLifetime);
        sad = NewSad(credential, request.Caller, scal: 1, request.SignatureCount, now) with
        {
            ExpiresAt = end.ToUnixTimeMilliseconds(),
        };
        return _activations.Prepare(new ActivationRequest(
            sad.ActivationId,
            sad.CredentialId,
            sad.SignerId,
            sad.ClientId,
            1,
            request.SignatureCount,
            [],
            sad.ExpiresAt,
            now.ToUnixTimeMilliseconds())
        {
            Purpose = request.Purpose,
        });
    }

    /// <summary>
    /// Looked at before the factor, so that a refusal uses up no code. Who tries a signer's factor has locked it, so
    /// nobody else counts one in between.
    /// </summary>
    private bool MayLogIn(StoreConnection connection, Guid signerId)
        => connection.TlsLogins.Count(signerId, Now() / Day) < _options.TlsLoginsPerDay;

    private void Open(StoreConnection connection, AuthorizeRequest request, NewActivation activation)
    {
        _activations.Open(connection, activation);
        if (request.Purpose == ActivationPurpose.TlsLogin)
        {
            connection.TlsLogins.Add(activation.SignerId, Now() / Day, int.MaxValue);
        }
    }

    private static AuditEvent EventOf(ActivationPurpose purpose)
        => purpose == ActivationPurpose.TlsLogin ? AuditEvent.TlsLoginAuthorized : AuditEvent.AuthorizeOk;
}
