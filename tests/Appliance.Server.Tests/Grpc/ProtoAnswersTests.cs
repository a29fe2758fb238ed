using Appliance.Server.Csc.Fields;
using Appliance.Server.Grpc;

namespace Appliance.Server.Tests.Grpc;

public sealed class ProtoAnswersTests
{
    [Fact]
    public void The_longest_answer_of_signHash_may_be_sent()
    {
        var signature = new byte[512]; // RSA-4096
        var answer = ProtoAnswers.From([.. Enumerable.Repeat(signature, FieldHashes.Limit)]);

        Assert.InRange(answer.CalculateSize(), 4 * 1024 * 1024, CscGrpcServices.LargestAnswer);
    }
}
