using Appliance.Identity;
using Appliance.Server.Csc;
using Microsoft.Extensions.Primitives;

namespace Appliance.Server.Enrolments;

/// <summary>
/// What both wires do around a method of enrolment: a safe connection, who calls, a place among the calls in work, and
/// the audit record of what a known caller may not do.
/// </summary>
internal sealed class FactorCalls(CscOperations operations, OpenAdmission admission)
{
    /// <summary>Runs a method.</summary>
    /// <param name="name">For the audit trail.</param>
    /// <param name="operation">The method.</param>
    /// <param name="authorization">The header; empty for none.</param>
    /// <param name="input">The parameters.</param>
    /// <param name="isSafe">Whether secrets may cross the connection.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<Answer<EnrolmentResult>> RunAsync(
        string name,
        FactorOperation operation,
        StringValues authorization,
        FactorInput input,
        bool isSafe,
        CancellationToken cancellationToken)
    {
        if (!isSafe)
        {
            return CscErrors.LoginNeedsTls;
        }

        var who = await operations.EnterAsync(authorization);
        var known = who.Error is null;
        try
        {
            if (admission.TryEnter(known) is { } refusal)
            {
                return refusal;
            }

            try
            {
                var answer = await operation(who, input, cancellationToken);
                return known && answer.Error == FactorErrors.AccessDenied
                    ? await operations.RefuseAsync(
                        who.Caller, name, null, FactorErrors.AccessDenied, cancellationToken)
                    : answer;
            }
            finally
            {
                admission.Leave(known);
            }
        }
        finally
        {
            who.Leave();
        }
    }
}
