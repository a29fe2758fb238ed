namespace Appliance.Signing;

/// <summary>The signature activation module (EN 419 241): may this signer use this key for these hashes; do it.</summary>
public sealed class SigningService
{
    /// <summary>Signs hashes that a SAD authorises. Never throws for a caller's mistake.</summary>
    public ValueTask<SignHashResult> SignHashAsync(SignHashRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>Checks the signer's factor and opens an activation.</summary>
    public ValueTask<AuthorizeResult> AuthorizeAsync(AuthorizeRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>Carries what is left of an activation over to new hashes and a new lifetime; the old SAD is void.</summary>
    public ValueTask<AuthorizeResult> ExtendAsync(ExtendRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>
    /// Puts a request that the wire refused before it became an operation (a missing field, a wrong type, bad Base64)
    /// into the audit trail: for authenticated callers only, so that nobody else can fill the store.
    /// </summary>
    /// <param name="caller">The authenticated caller.</param>
    /// <param name="operation">The CSC method, e.g. <c>signatures/signHash</c>.</param>
    /// <param name="credentialId">The credential named, when it could be read.</param>
    /// <param name="reason">The error's description as the caller gets it: fixed text, never the caller's input.</param>
    /// <param name="cancellationToken">Gives up waiting; the record may still be written.</param>
    public ValueTask RecordRefusalAsync(
        Caller caller, string operation, Guid? credentialId, string reason, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>The caller's credentials, oldest first.</summary>
    public IReadOnlyList<CredentialInfo> ListCredentials(Caller caller) => throw new InvalidOperationException();

    /// <summary>One of the caller's credentials, or null.</summary>
    public CredentialInfo? FindCredential(Caller caller, Guid credentialId) => throw new InvalidOperationException();
}
