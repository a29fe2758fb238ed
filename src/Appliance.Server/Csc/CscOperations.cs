using System.Security.Cryptography.X509Certificates;
using Appliance.Identity;
using Appliance.Server.Csc.Inputs;
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
internal sealed class CscOperations(SigningService signing, SignInService signIn, AccessTokens tokens)
{
    /// <summary>
    /// Largest request of a method that anybody may call, bytes: its parameters are a token and a flag.
    /// </summary>
    public const int LoginBytes = 16_384;

    /// <summary>
    /// Whose the call is; an error when the header is missing or malformed, or its token worthless or not to be looked
    /// up now.
    /// </summary>
    public CscError? Authenticate(StringValues authorization, out Caller caller)
    {
        caller = default;
        var error = AuthorizationHeader.ReadBearer(authorization, out var token);
        if (error is not null)
        {
            return error;
        }

        try
        {
            var validation = tokens.Validate(token);
            caller = validation.Caller;
            return validation.Status switch
            {
                TokenStatus.Valid => null,
                TokenStatus.Expired => CscErrors.ExpiredToken,
                _ => CscErrors.InvalidToken,
            };
        }
        catch (StoreException away) when (away.IsTemporary)
        {
            return CscErrors.StoreAway;
        }
    }

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
        var error = ListRules.CheckUser(input);
        CredentialSelectors selectors = default;
        if (error is null && version == CscVersion.V2)
        {
            error = CommonRules.ReadSelectors(input.Certificates, input.CertInfo, input.AuthInfo, out selectors)
                ?? CommonRules.CheckFlag(input.CredentialInfo, "credentialInfo")
                ?? CommonRules.CheckFlag(input.OnlyValid, "onlyValid");
        }

        if (error is null)
        {
            var all = signing.ListCredentials(caller);
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
        var error = AuthorizeRules.Read(input, version, caller, out var named, out var request);
        if (error is not null)
        {
            return await RefuseAsync(caller, CscMethods.Authorize, named, error, cancellationToken);
        }

        var result = await signing.AuthorizeAsync(request!, cancellationToken);
        return result.Status == SigningStatus.Ok ? result : ErrorFor(result.Status, version, caller, named!.Value);
    }

    public async ValueTask<Answer<AuthorizeResult>> ExtendAsync(
        CscVersion version, Caller caller, ExtendInput input, CancellationToken cancellationToken)
    {
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
        => SignHashAsync(version, caller, input, isBulk: false, cancellationToken);

    /// <summary>The same as one of many, behind interactive work: the item of a stream.</summary>
    public async ValueTask<Answer<SignHashResult>> SignHashAsync(
        CscVersion version, Caller caller, SignHashInput input, bool isBulk, CancellationToken cancellationToken)
    {
        var error = SignHashRules.Read(input, version, caller, isBulk, out var named, out var request);
        if (error is not null)
        {
            return await RefuseAsync(caller, CscMethods.SignHash, named, error, cancellationToken);
        }

        var result = await signing.SignHashAsync(request!, cancellationToken);
        return result.Status == SigningStatus.Ok
            ? result
            : ErrorFor(result.Status, version, caller, named!.Value);
    }

    /// <summary>Puts a refusal that never became an operation into the audit trail, and gives it back.</summary>
    public async ValueTask<CscError> RefuseAsync(
        Caller caller, string method, Guid? credentialId, CscError error, CancellationToken cancellationToken)
    {
        await signing.RecordRefusalAsync(caller, method, credentialId, error.Description, cancellationToken);
        return error;
    }

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
