using Appliance.Factors;
using Appliance.Ledger;
using Appliance.Signing.Credentials;
using Appliance.Storage;

namespace Appliance.Signing;

/// <content>
/// Codes that are sent to the signer for one credential (CSC API v1 11.8 sendOTP, v2 11.8 getChallenge).
/// </content>
public sealed partial class SigningService
{
    /// <summary>
    /// Sends the signer a code that authorises signatures of the credential: as a short message, else by e-mail. Ok
    /// too when nothing was sent for the last one is still good.
    /// </summary>
    /// <param name="caller">The authenticated caller.</param>
    /// <param name="credentialId">The credential.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<SigningStatus> SendCodeAsync(
        Caller caller, Guid credentialId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= CredentialAttempts; attempt++)
        {
            var status = CheckCredential(caller, credentialId, out var credential);
            if (status == SigningStatus.Ok && !credential!.Factors.HasFlag(CredentialFactors.Code))
            {
                status = SigningStatus.ObjectInvalid;
            }

            if (status != SigningStatus.Ok)
            {
                await RecordAsync(
                    Refusal(AuditEvent.AuthorizeRefused, caller, credentialId, status, 0), cancellationToken);
                return status;
            }

            var sent = await WriteStatusAsync(
                connection => SendCode(connection, caller, credential!) ?? SigningStatus.Failed,
                cancellationToken,
                keys => Announce(keys, credential!, caller));
            if (sent != SigningStatus.Failed)
            {
                return sent;
            }

            _credentials.Forget(credentialId);
        }

        return SigningStatus.Failed;
    }

    /// <summary>Null when the credential has changed and nothing was done.</summary>
    private SigningStatus? SendCode(StoreConnection connection, Caller caller, Credential credential)
    {
        var status = DecideState(connection, credential);
        CodeSending sending = default;
        if (status == SigningStatus.Ok)
        {
            status = DecideClient(connection, caller, credential);
        }

        if (status == SigningStatus.Ok)
        {
            status = SendTo(connection, credential, caller.ClientId, out sending);
        }

        if (status is { } decided)
        {
            var isOk = decided == SigningStatus.Ok;
            var record = Refusal(
                isOk ? AuditEvent.CodeSent : AuditEvent.AuthorizeRefused, caller, credential, decided, 0);
            AuditTrail.Append(connection, record with
            {
                Outcome = isOk ? AuditOutcome.Ok : AuditOutcome.Refused,
                Detail = isOk ? sending.Sent ? "sent" : "not sent again" : record.Detail,
            });
        }

        return status;
    }

    private SigningStatus SendTo(
        StoreConnection connection, Credential credential, Guid clientId, out CodeSending sending)
    {
        sending = default;
        var contact = _factors.Contacts.Find(connection, credential.SignerId, out var tampered);
        if (tampered)
        {
            AuditTrail.Append(connection, Tampering("contact") with { SignerId = credential.SignerId });
        }

        if ((contact?.Phone ?? contact?.Email) is not { } to)
        {
            return SigningStatus.Unreachable;
        }

        sending = _factors.Codes.Send(
            connection,
            credential.SignerId,
            CodePurpose.Signing,
            credential.Id,
            contact!.Phone is null ? NoticeChannel.Email : NoticeChannel.Sms,
            to,
            contact.Language,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["operation"] = "signHash",
                ["client"] = ClientName(connection, clientId),
            });
        var row = connection.OneTimeCodes.Find(credential.SignerId, (int)CodePurpose.Signing, credential.Id);
        if (!sending.Sent && row?.State == OneTimeCodeState.Void)
        {
            return SigningStatus.FactorLocked;
        }

        return sending.Sent || sending.ExpiresAt > Now() ? SigningStatus.Ok : SigningStatus.CodeTooSoon;
    }
}
