using Appliance.Identity.Tokens;

namespace Appliance.Identity.Decisions;

/// <summary>The outcome of a revocation.</summary>
/// <param name="Status">What the caller gets.</param>
/// <param name="EndedToken">The access token that must be forgotten; null for none.</param>
/// <param name="EndedGrant">The grant that must be forgotten; null for none.</param>
internal readonly record struct Revocation(RevokeStatus Status, TokenKey? EndedToken, Guid? EndedGrant);
