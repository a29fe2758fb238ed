using System.Text;
using Appliance.Identity;
using Appliance.Server.Csc.Rules;
using Appliance.Server.Hosting.Peers;

namespace Appliance.Server.Csc.OAuth;

/// <summary>What a client presented to prove itself, from header, form and connection; one way at a time.</summary>
internal static class ClientProofs
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>Whether there is a client_id anywhere: what the tables ask for first.</summary>
    public static CscError? Read(HttpContext http, FormBody form, out ClientProof proof)
    {
        proof = new ClientProof();
        var (named, secret) = (form["client_id"], form["client_secret"]);
        var assertion = form["client_assertion"];
        var header = http.Request.Headers.Authorization;
        if (header.Count > 0)
        {
            // RFC 6749 section 2.3: one way at a time.
            if (secret is not null || assertion is not null)
            {
                return CscErrors.Malformed;
            }

            if (AuthorizationHeader.ReadBasic(header, out var user, out var password) is not null
                || !FormBody.TryDecode(Encoding.UTF8.GetBytes(user), out user)
                || !FormBody.TryDecode(Encoding.UTF8.GetBytes(password), out secret))
            {
                return OAuthErrors.AuthorizationHeader;
            }

            if (named is not null && !string.Equals(named, user, StringComparison.Ordinal))
            {
                return CscErrors.InvalidParameter("client_id");
            }

            named = user;
        }

        if (assertion is not null && secret is not null)
        {
            return CscErrors.Malformed;
        }

        if (assertion is not null
            && !string.Equals(form["client_assertion_type"], AssertionType, StringComparison.Ordinal))
        {
            return CscErrors.InvalidParameter("client_assertion_type");
        }

        if (named is null && assertion is null)
        {
            return OAuthErrors.Missing("client_id");
        }

        Guid? id = null;
        if (named is not null)
        {
            if (!Guid.TryParseExact(named, "D", out var parsed))
            {
                return CscErrors.InvalidParameter("client_id");
            }

            id = parsed;
        }

        proof = new ClientProof
        {
            ClientId = id,
            Secret = secret,
            Assertion = assertion,
            Certificate = PeerFacts.Of(http).Certificate,
        };
        return null;
    }

    /// <summary>The error of a status other than Ok.</summary>
    public static CscError ErrorOf(ClientAuthenticationStatus status) => status switch
    {
        ClientAuthenticationStatus.Missing => OAuthErrors.AuthorizationRequired,
        ClientAuthenticationStatus.SecretRefused => OAuthErrors.ClientSecret,
        ClientAuthenticationStatus.AssertionRefused => OAuthErrors.Assertion,
        ClientAuthenticationStatus.CertificateRefused => OAuthErrors.Certificate,
        ClientAuthenticationStatus.Inactive => OAuthErrors.Inactive,
        ClientAuthenticationStatus.RateExceeded => CscErrors.ClientBusy.After(TimeSpan.FromSeconds(1)),
        ClientAuthenticationStatus.TokenInvalid => CscErrors.InvalidTokenParameter,
        ClientAuthenticationStatus.Overloaded => CscErrors.Busy,
        _ => CscErrors.Internal,
    };
}
