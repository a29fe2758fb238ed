namespace Appliance.Identity.Decisions;

/// <summary>The outcome of a sign-in.</summary>
/// <param name="Result">What the caller gets.</param>
/// <param name="EndedGrant">The grant that a replayed refresh token ended; null for none.</param>
internal readonly record struct SignIn(LoginResult Result, Guid? EndedGrant)
{
    internal static SignIn Refused(LoginStatus status, Guid? endedGrant = null)
        => new(LoginResult.Refused(status), endedGrant);
}
