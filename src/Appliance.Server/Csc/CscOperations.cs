using System.Security.Cryptography.X509Certificates;
using Appliance.Identity;
using Appliance.Server.Csc.Inputs;
using Appliance.Server.Csc.Lanes;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Csc.Text;
using Appliance.Server.Csc.Views;
using Appliance.Signing;
using Appliance.Storage;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Csc;

/// <summary>
/// The API methods, wire-neutral: REST and gRPC hand in the same inputs, and every rule, refusal and audit record is
/// made here or below. What a client got wrong is in the audit trail once the client is known.
/// </summary>
internal sealed class CscOperations(
    SigningService signing, SignInService signIn, AccessTokens tokens, Admission admission)
{
    /// <summary>
    /// Largest request of a method that anybody may call, bytes: its parameters are a token and a flag.
    /// </summary>
    public const int LoginBytes = 16_384;

    /// <summary>
    /// Whose the call is; an error when the header is missing or malformed, or its token worthless or not to be looked
    /// up now. A client's gate is told, and not entered.
    /// </summary>
    public async ValueTask<Authentication> AuthenticateAsync(StringValues authorization)
    {
        var error = AuthorizationHeader.ReadBearer(authorization, out var token);
        if (error is not null)
        {
            return new Authentication(error);
        }

        try
        {
            return ToAuthentication(await tokens.ValidateAsync(token));
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return new Authentication(CscErrors.StoreAway);
        }
    }

    /// <summary>
    /// The same for a call that is going to be worked on: its place becomes the caller's, within the client's own
    /// limits and its share of all places, or it is refused before any work. <see cref="Authentication.Leave"/> gives
    /// it back.
    /// </summary>
    public async ValueTask<Authentication> EnterAsync(StringValues authorization)
        => Enter(await AuthenticateAsync(authorization));

    /// <summary>
    /// Why a caller is not even listened to, as far as this node knows: what it then asks for is authenticated anew.
    /// </summary>
    public CscError? Glance(StringValues authorization)
    {
        var error = AuthorizationHeader.ReadBearer(authorization, out var token);
        if (error is not null)
        {
            return error;
        }

        try
        {
            return ToAuthentication(tokens.Glance(token)).Error;
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return CscErrors.StoreAway;
        }
    }

    /// <summary>Null when the caller may; else its refusal, which is in the audit trail.</summary>
    public async ValueTask<CscError?> DemandAsync(
        Caller caller, ClientOperations operation, string method, CancellationToken cancellationToken)
        => caller.Operations.HasFlag(operation)
            ? null
            : await RefuseAsync(caller, method, null, CscErrors.NotAllowed, cancellationToken);

    /// <summary>A refresh token when there is one, else user name and password.</summary>
    public async ValueTask<Answer<LoginResult>> LoginAsync(
        LoginInput input, StringValues authorization, bool isSafe, CancellationToken cancellationToken)
    {
        if (!isSafe)
        {
            return CscErrors.LoginNeedsTls;
        }

        if (input.RefreshToken.IsWrongType)
        {
            return CscErrors.RefreshTokenFormat;
        }

        if (CommonRules.CheckFlag(input.RememberMe, "rememberMe") is { } wrong)
        {
            return wrong;
        }

        LoginResult result;
        if (input.RefreshToken.IsPresent)
        {
            result = await signIn.RefreshAsync(input.RefreshToken.Value, input.RememberMe.IsSet, cancellationToken);
        }
        else
        {
            var error = AuthorizationHeader.ReadBasic(authorization, out var userName, out var password);
            if (error is not null)
            {
                return error;
            }

            result = await signIn.LoginAsync(userName, password, input.RememberMe.IsSet, cancellationToken);
        }

        return result.Status switch
        {
            LoginStatus.Ok => result,
            LoginStatus.RefreshTokenMalformed => CscErrors.RefreshTokenFormat,
            LoginStatus.RefreshTokenInvalid => CscErrors.RefreshTokenValue,
            LoginStatus.Overloaded => CscErrors.Busy,
            _ => CscErrors.LoginFailed,
        };
    }

    public async ValueTask<Answer<bool>> RevokeAsync(
        CscVersion version, Caller caller, RevokeInput input, CancellationToken cancellationToken)
    {
        _ = version;
        if (!input.Token.IsPresent)
        {
            return await RefuseAsync(
                caller, CscMethods.Revoke, null, CscErrors.MissingString("token"), cancellationToken);
        }

        if (input.TokenTypeHint.IsWrongType)
        {
            return await RefuseAsync(
                caller, CscMethods.Revoke, null, CscErrors.InvalidTokenTypeHint, cancellationToken);
        }

        var status = await signIn.RevokeAsync(
            caller, input.Token.Value, input.TokenTypeHint.ValueOrNull, cancellationToken);
        return status switch
        {
            RevokeStatus.Revoked => true,
            RevokeStatus.HintInvalid => await RefuseAsync(
                caller, CscMethods.Revoke, null, CscErrors.InvalidTokenTypeHint, cancellationToken),
            RevokeStatus.TokenInvalid => await RefuseAsync(
                caller, CscMethods.Revoke, null, CscErrors.InvalidTokenParameter, cancellationToken),
            _ => CscErrors.Busy,
        };
    }

    /// <summary>The caller's credentials, all of them: version 1 pages them afterwards.</summary>
    public async ValueTask<Answer<CredentialList>> ListAsync(
        CscVersion version, Caller caller, ListInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, ClientOperations.Read, CscMethods.List, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = ListRules.CheckUser(input, caller);
        CredentialSelectors selectors = default;
        if (error is null && version == CscVersion.V2)
        {
            error = CommonRules.ReadSelectors(input.Certificates, input.CertInfo, input.AuthInfo, out selectors)
                ?? CommonRules.CheckFlag(input.CredentialInfo, "credentialInfo")
                ?? CommonRules.CheckFlag(input.OnlyValid, "onlyValid");
        }

        if (error is null)
        {
            var all = caller.IsClient
                ? signing.ListCredentials(caller, input.UserId.ValueOrNull)
                : signing.ListCredentials(caller);
            if (all is null)
            {
                return await RefuseAsync(
                    caller, CscMethods.List, null, CscErrors.InvalidParameter("userID"), cancellationToken);
            }

            if (version == CscVersion.V2)
            {
                return new CredentialList(
                    input.OnlyValid.IsSet ? [.. all.Where(CredentialView.CanSign)] : all,
                    selectors,
                    input.CredentialInfo.IsSet,
                    input.OnlyValid.IsSet);
            }

            error = ListRules.Page(input, all, out var page, out var next);
            if (error is null)
            {
                return new CredentialList(page, NextPageToken: next);
            }
        }

        return await RefuseAsync(caller, CscMethods.List, null, error, cancellationToken);
    }

    /// <summary>One of the caller's credentials, with what of it was asked for.</summary>
    public async ValueTask<Answer<CredentialSelection>> InfoAsync(
        CscVersion version, Caller caller, CredentialInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, ClientOperations.Read, CscMethods.Info, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = CommonRules.ReadCredentialId(input.CredentialId, out var id);
        Guid? named = error is null ? id : null;
        CredentialSelectors selectors = default;
        error ??= CommonRules.ReadSelectors(input.Certificates, input.CertInfo, input.AuthInfo, out selectors);
        if (error is null)
        {
            if (signing.FindCredential(caller, id) is { } credential)
            {
                return new CredentialSelection(credential, selectors);
            }

            error = StatusTable.ErrorFor(SigningStatus.UnknownCredential, version);
        }

        return await RefuseAsync(caller, CscMethods.Info, named, error, cancellationToken);
    }

    public async ValueTask<Answer<AuthorizeResult>> AuthorizeAsync(
        CscVersion version, Caller caller, AuthorizeInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(
                caller, ClientOperations.Authorize, CscMethods.Authorize, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = AuthorizeRules.Read(input, version, caller, out var named, out var request);
        if (error is not null)
        {
            return await RefuseAsync(caller, CscMethods.Authorize, named, error, cancellationToken);
        }

        var result = await signing.AuthorizeAsync(request!, cancellationToken);
        return result.Status is SigningStatus.Ok or SigningStatus.ApprovalPending
            ? result
            : ErrorFor(result.Status, version, caller, named!.Value);
    }

    /// <summary>What became of an authorisation that waits for its signer; version 2.</summary>
    public async ValueTask<Answer<AuthorizeResult>> CheckAsync(
        CscVersion version, Caller caller, CheckInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(caller, ClientOperations.Authorize, CscMethods.Check, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        if (!input.Handle.IsPresent)
        {
            return await RefuseAsync(
                caller, CscMethods.Check, null, CscErrors.InvalidParameter("handle"), cancellationToken);
        }

        var result = await signing.CheckApprovalAsync(caller, input.Handle.Value, cancellationToken);
        return result.Status is SigningStatus.Ok or SigningStatus.ApprovalPending
            ? result
            : StatusTable.ErrorFor(result.Status, version);
    }

    /// <summary>The same, once the signer has decided; version 1.</summary>
    public async ValueTask<Answer<AuthorizeResult>> WaitAsync(
        Caller caller, string handle, CancellationToken cancellationToken)
    {
        var result = await signing.WaitForApprovalAsync(caller, handle, cancellationToken);
        return result.Status == SigningStatus.Ok ? result : StatusTable.ErrorFor(result.Status, CscVersion.V1);
    }

    /// <summary>Sends the signer a code: sendOTP in version 1, getChallenge in version 2.</summary>
    public async ValueTask<Answer<bool>> SendCodeAsync(
        CscVersion version, Caller caller, ChallengeInput input, CancellationToken cancellationToken)
    {
        var method = version == CscVersion.V1 ? CscMethods.SendOtp : CscMethods.Challenge;
        if (await DemandAsync(caller, ClientOperations.Authorize, method, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = ChallengeRules.Read(input, version, out var named);
        if (error is null)
        {
            var status = await signing.SendCodeAsync(caller, named!.Value, cancellationToken);
            return status == SigningStatus.Ok ? true : ErrorFor(status, version, caller, named.Value);
        }

        return await RefuseAsync(caller, method, named, error, cancellationToken);
    }

    public async ValueTask<Answer<AuthorizeResult>> ExtendAsync(
        CscVersion version, Caller caller, ExtendInput input, CancellationToken cancellationToken)
    {
        if (await DemandAsync(
                caller, ClientOperations.Authorize, CscMethods.Extend, cancellationToken) is { } forbidden)
        {
            return forbidden;
        }

        var error = ExtendRules.Read(input, version, caller, out var named, out var request);
        if (error is not null)
        {
            return await RefuseAsync(caller, CscMethods.Extend, named, error, cancellationToken);
        }

        var result = await signing.ExtendAsync(request!, cancellationToken);
        return result.Status == SigningStatus.Ok ? result : ErrorFor(result.Status, version, caller, named!.Value);
    }

    public ValueTask<Answer<SignHashResult>> SignHashAsync(
        CscVersion version, Caller caller, SignHashInput input, CancellationToken cancellationToken)
        => admission.TryBegin(caller, input.HashCount, input.TimeLeft, out var work) is { } busy
            ? new ValueTask<Answer<SignHashResult>>(busy)
            : SignHashAsync(version, caller, input, isItem: false, work, cancellationToken);

    /// <summary>The same as one of many, behind interactive work: the item of a stream.</summary>
    public ValueTask<Answer<SignHashResult>> SignItemAsync(
        Caller caller, SignHashInput input, CancellationToken cancellationToken)
        => SignHashAsync(
            CscVersion.V2,
            caller,
            input,
            isItem: true,
            admission.BeginItem(caller, input.HashCount),
            cancellationToken);

    private async ValueTask<Answer<SignHashResult>> SignHashAsync(
        CscVersion version,
        Caller caller,
        SignHashInput input,
        bool isItem,
        AdmittedWork work,
        CancellationToken cancellationToken)
    {
        var gaveUp = false;
        try
        {
            if (!caller.Operations.HasFlag(ClientOperations.Sign))
            {
                return await RefuseAsync(caller, CscMethods.SignHash, null, CscErrors.NotAllowed, cancellationToken);
            }

            var error = SignHashRules.Read(
                input, version, caller, isItem, work.Deadline, out var named, out var request);
            if (error is not null)
            {
                return await RefuseAsync(caller, CscMethods.SignHash, named, error, cancellationToken);
            }

            var result = await signing.SignHashAsync(request!, cancellationToken);
            gaveUp = result.Status is SigningStatus.Overloaded or SigningStatus.Cancelled;
            return result.Status switch
            {
                SigningStatus.Ok => result,
                SigningStatus.Overloaded => admission.Busy(work.IsBulk),
                _ => ErrorFor(result.Status, version, caller, named!.Value),
            };
        }
        finally
        {
            work.End(gaveUp);
        }
    }

    /// <summary>Puts a refusal that never became an operation into the audit trail, and gives it back.</summary>
    public async ValueTask<CscError> RefuseAsync(
        Caller caller, string method, Guid? credentialId, CscError error, CancellationToken cancellationToken)
    {
        await signing.RecordRefusalAsync(caller, method, credentialId, error.Description, cancellationToken);
        return error;
    }

    private Authentication Enter(in Authentication known)
    {
        if (known.Error is not null)
        {
            return known;
        }

        if (known.Gate is not null && !known.Gate.TryEnter(out var retryAfter))
        {
            return new Authentication(CscErrors.ClientBusy.After(retryAfter));
        }

        if (admission.TryClaim(known.Caller) is { } busy)
        {
            known.Gate?.Leave();
            return new Authentication(busy);
        }

        return known with { Claimed = admission };
    }

    private static Authentication ToAuthentication(in TokenValidation validation) => validation.Status switch
    {
        TokenStatus.Valid => new Authentication(null, validation.Caller, validation.Gate),
        TokenStatus.Expired => new Authentication(CscErrors.ExpiredToken),
        _ => new Authentication(CscErrors.InvalidToken),
    };

    private CscError ErrorFor(SigningStatus status, CscVersion version, Caller caller, Guid credentialId)
    {
        if (status == SigningStatus.CertificateExpired && version == CscVersion.V1
            && signing.FindCredential(caller, credentialId) is { Certificates: [var leaf, ..] })
        {
            using var certificate = X509CertificateLoader.LoadCertificate(leaf);
            var (organization, commonName) = DistinguishedNameText.Essentials(certificate.SubjectName);
            return StatusTable.CertificateExpired(organization, commonName);
        }

        return StatusTable.ErrorFor(status, version);
    }
}
