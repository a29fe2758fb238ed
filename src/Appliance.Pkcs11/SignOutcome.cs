namespace Appliance.Pkcs11;

/// <summary>
/// How a <see cref="SignJob"/> ended. Each is definite: a job whose C_Sign has not returned is not completed.
/// Whether any signature was made for a job that did not end in <see cref="Signed"/> is
/// <see cref="SignJob.SignedCount"/>; whether C_Sign was entered at all is <see cref="SignJob.Dispatched"/>.
/// </summary>
public enum SignOutcome
{
    /// <summary>Not completed yet.</summary>
    None,

    /// <summary>Every hash has its signature.</summary>
    Signed,

    /// <summary>No C_Sign was called for any hash: the queue was full or the group was stopping.</summary>
    NeverDispatched,

    /// <summary>No slot could serve: removed, failing, not logged in. See <see cref="SignJob.ReturnValue"/>.</summary>
    TokenUnavailable,

    /// <summary>The key is missing, refuses to sign, or its signature does not verify with the public key.</summary>
    KeyUnusable,

    /// <summary>C_SignInit or C_Sign refused; <see cref="SignJob.ReturnValue"/> says why.</summary>
    Failed,
}
