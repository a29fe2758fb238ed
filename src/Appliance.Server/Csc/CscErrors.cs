using System.Net;
using Appliance.Grpc;
using Appliance.Server.Csc.Lanes;
using Appliance.Storage;

namespace Appliance.Server.Csc;

/// <summary>
/// The errors that the wires find themselves, with the texts of the error tables (csc-api section 3.2).
/// </summary>
internal static class CscErrors
{
    /// <summary>
    /// The generic sentence of OAuth 2.0 (RFC 6749 section 4.1.2.1) that CSC repeats for invalid_request.
    /// </summary>
    public const string GenericDescription =
        "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more "
        + "than once, or is otherwise malformed.";

    private const string InvalidRequest = "invalid_request";
    private const string BearerChallenge = "Bearer realm=\"csc\"";

    public static readonly CscError Malformed = Invalid(GenericDescription);
    public static readonly CscError MalformedHeader = Invalid("Malformed authorization header");

    /// <summary>
    /// The tables ask for 400 without a header, RFC 6750 section 3 for 401; 401 surprises the fewest clients.
    /// </summary>
    public static readonly CscError MissingHeader = Unauthenticated(
        InvalidRequest, "The request has no Authorization header", BearerChallenge);

    public static readonly CscError InvalidToken = Unauthenticated(
        "invalid_token", "The access token is not valid", BearerChallenge + ", error=\"invalid_token\"");

    /// <summary>RFC 6750 knows invalid_token only; CSC's expired_token stands in the body.</summary>
    public static readonly CscError ExpiredToken = Unauthenticated(
        "expired_token", "The access token expired or was revoked", BearerChallenge + ", error=\"invalid_token\"");

    public static readonly CscError MalformedAuthentication = Unauthenticated(
        InvalidRequest, "Malformed authentication parameter.", "Basic realm=\"csc\", charset=\"UTF-8\"");

    public static readonly CscError MalformedUserPassword = Invalid("Malformed username-password.");
    public static readonly CscError RefreshTokenFormat = Invalid("Invalid string parameter: refresh_token");
    public static readonly CscError RefreshTokenValue = Invalid("Invalid refresh_token");

    /// <summary>Also of signers that did not approve; version 2 never says which proof it was.</summary>
    public static readonly CscError InvalidAuthenticationData = new(
        HttpStatusCode.BadRequest, GrpcStatusCode.PermissionDenied, "invalid_authentication_data",
        "The authentication data is invalid");

    public static readonly CscError LoginFailed = new(
        HttpStatusCode.BadRequest, GrpcStatusCode.Unauthenticated, "authentication_error",
        "An error occurred during authentication process");

    public static readonly CscError LoginNeedsTls = new(
        HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
        "Sign in over TLS; a plaintext connection is accepted from the same machine only");

    public static readonly CscError InvalidTokenParameter = Invalid("Invalid string parameter token");
    public static readonly CscError InvalidTokenTypeHint = Invalid("Invalid string parameter token_type_hint");
    public static readonly CscError UserIdPresent = Invalid("userID parameter MUST be null");
    public static readonly CscError InvalidPageToken = InvalidParameter("pageToken");
    public static readonly CscError EmptyHashes = Invalid("Empty hash array");
    public static readonly CscError EmptyHash = Invalid("Empty hash parameter");
    public static readonly CscError DigestLength = Invalid("Invalid digest value length");
    public static readonly CscError HashNotBase64 = Invalid("Invalid Base64 hash string parameter");

    /// <summary>For the operator of the proxy: RFC 9440 knows no answer to it.</summary>
    public static readonly CscError MalformedPeer = Invalid(
        "What the proxy says of the client is malformed, or the client's certificate is not accepted");

    public static readonly CscError UnknownSigner = Invalid("Invalid parameter signerID", GrpcStatusCode.NotFound);

    public static readonly CscError NotLimited = Invalid(
        "The signer is not limited", GrpcStatusCode.FailedPrecondition);

    public static readonly CscError UnknownSlot = Invalid("Invalid parameter slot", GrpcStatusCode.NotFound);

    public static readonly CscError NodeDrained = Invalid(
        "The node is drained; resume the node", GrpcStatusCode.FailedPrecondition);

    public static readonly CscError NotImplemented = new(
        HttpStatusCode.NotImplemented, GrpcStatusCode.Unimplemented, "not_implemented",
        "This API method is not implemented; info.methods lists those that are");

    public static readonly CscError UnknownPath = new(
        HttpStatusCode.NotFound, GrpcStatusCode.Unimplemented, InvalidRequest, "No such path");

    public static readonly CscError NotPost = new(
        HttpStatusCode.MethodNotAllowed,
        GrpcStatusCode.Unimplemented,
        InvalidRequest,
        "Every API method is called by POST");

    public static readonly CscError NotJson = new(
        HttpStatusCode.UnsupportedMediaType, GrpcStatusCode.InvalidArgument, InvalidRequest,
        "The Content-Type must be application/json, in UTF-8");

    public static readonly CscError TooLarge = new(
        HttpStatusCode.RequestEntityTooLarge, GrpcStatusCode.ResourceExhausted, InvalidRequest,
        "The request body is larger than this server accepts");

    public static readonly CscError TooManyHashes = Invalid("Too many hashes in one request");

    public static readonly CscError Busy = new(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "More requests are in progress than this server accepts; nothing was used up", 1);

    /// <summary>The same with the delay that fits what is at work.</summary>
    public static readonly RetryHints Full = new(Busy);

    /// <summary>There would be places, but no answer in time.</summary>
    public static readonly RetryHints TooLate = new(new CscError(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "Too much work is waiting to answer in time; nothing was used up", 1));

    /// <summary>One client's own limits; there may be room for others.</summary>
    public static readonly RetryHints ClientBusy = new(new CscError(
        HttpStatusCode.TooManyRequests, GrpcStatusCode.ResourceExhausted, "temporarily_unavailable",
        "This client has more requests in progress, or in a second, than it may have; nothing was used up", 1));

    public static readonly CscError NotAllowed = new(
        HttpStatusCode.Forbidden, GrpcStatusCode.PermissionDenied, "access_denied",
        "The client may not call this method");

    public static readonly CscError Stopping = new(
        HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Unavailable, "temporarily_unavailable",
        "The server is stopping; nothing was used up", 5);

    public static readonly CscError StoreAway = new(
        HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Unavailable, "temporarily_unavailable",
        "The store cannot be reached now; nothing was used up", 2);

    /// <summary>The end of a stream of items, which were used up as far as they were answered.</summary>
    public static readonly CscError StreamStopping = new(
        HttpStatusCode.ServiceUnavailable, GrpcStatusCode.Unavailable, "temporarily_unavailable",
        "The server is stopping; no item after the last one answered was taken", 5);

    public static readonly CscError InvalidRequestIdHeader = Invalid(
        "Invalid Idempotency-Key: once, 1 to 255 visible ASCII characters, bare or as a structured-field string");

    public static readonly CscError TwoRequestIds = Invalid("Idempotency-Key and requestID differ");

    public static readonly CscError InvalidItemId = InvalidParameter("id");

    public static readonly CscError ItemIdInFlight = new(
        HttpStatusCode.Conflict, GrpcStatusCode.AlreadyExists, InvalidRequest,
        "Another item with this id is in flight");

    public static readonly CscError NoItem = Invalid("The message has neither defaults nor an item");
    public static readonly CscError DefaultsWithHashes = Invalid("Invalid parameter hashes: defaults have none");

    public static readonly CscError DefaultsWithDigests = Invalid("Invalid parameter digests: defaults have none");

    public static readonly CscError Internal = new(
        HttpStatusCode.InternalServerError, GrpcStatusCode.Internal, "server_error", "The server failed to answer");

    /// <summary>
    /// What a caller is told of an exception: a store that is away comes back, the rest is our fault.
    /// </summary>
    public static CscError For(Exception error)
        => error is StoreException { IsTemporary: true } ? StoreAway : Internal;

    public static CscError MissingString(string name) => Invalid($"Missing (or invalid type) string parameter {name}");

    public static CscError MissingInteger(string name)
        => Invalid($"Missing (or invalid type) integer parameter {name}");

    public static CscError MissingArray(string name) => Invalid($"Missing (or invalid type) array parameter {name}");

    public static CscError InvalidParameter(string name) => Invalid($"Invalid parameter {name}");

    /// <summary>A 400 invalid_request.</summary>
    public static CscError Invalid(string description, GrpcStatusCode code = GrpcStatusCode.InvalidArgument)
        => new(HttpStatusCode.BadRequest, code, InvalidRequest, description);

    private static CscError Unauthenticated(string error, string description, string challenge)
        => new(HttpStatusCode.Unauthorized, GrpcStatusCode.Unauthenticated, error, description)
        {
            Challenge = challenge,
        };
}
